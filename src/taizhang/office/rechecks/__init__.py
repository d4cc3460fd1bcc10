"""回头看: closed findings drawn at random and looked at again by somebody else."""
