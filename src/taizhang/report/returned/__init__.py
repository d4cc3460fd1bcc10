"""The sender's own workbook goes back with a comment on each offending cell and a list of its problems."""
