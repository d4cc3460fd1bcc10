"""People who use the office, and what they are to it where and until when."""
