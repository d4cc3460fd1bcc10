"""The county's divisions as the office shows and checks them."""
