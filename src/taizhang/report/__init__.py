"""What people get from a sweep: the page, the list, and their own workbooks back with comments."""
