"""How well places and sources keep their ledgers: figures that each open the rows they were counted from."""
