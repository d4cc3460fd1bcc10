"""Splink alone on a lake that exists; used by identity_speed.py. Run with: python bench/identity_splink.py LAKE [SCRATCH]"""

from identity.peer_splink import main

if __name__ == "__main__":
    main()
