"""Changes of what is sent: pieces of files, submissions, answers about columns."""
