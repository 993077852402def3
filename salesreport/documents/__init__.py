"""Editable decks, documents and workbooks made from an executed notebook, and workbooks of figures."""
