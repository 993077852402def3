"""`python -m salesreport` is the command `salesreport`, where scripts are not on the path."""

from salesreport.cli import main

if __name__ == "__main__":
    main()
