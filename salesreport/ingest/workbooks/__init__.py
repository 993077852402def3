"""Workbooks and web pages, opened by a process of its own with limits of time and memory."""
