"""What is true: a posterior for every value that some source claims of a person."""
