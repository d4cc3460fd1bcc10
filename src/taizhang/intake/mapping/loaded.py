"""Import this to have all packaged data of mapping read: for the process that child processes are forked from."""

from taizhang.intake.mapping import preload

preload()
