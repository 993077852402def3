"""The client diagnostic: what an export can carry, how the process is run, where money leaks, and what to do.

The findings are those of `salesreport.audit`; here they become sections, a plan and what to ask for next.
"""
