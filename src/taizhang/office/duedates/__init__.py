"""报送日历: when every source's delivery is due, what came, and what is late."""
