"""The command `taizhang`: a thin layer over the packages."""
