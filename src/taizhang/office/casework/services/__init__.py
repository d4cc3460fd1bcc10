"""Changes of the loop, one function a decision."""
