"""Types a password twice into a program on a terminal, and prints what the terminal showed. Ends as the program ends."""

import os
import pty
import sys

first, second, program = sys.argv[1], sys.argv[2], sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    os.execv(program[0], program)

shown = b""


def until(words):
    global shown
    start = len(shown)
    while words not in shown[start:]:
        shown += os.read(terminal, 4096)


until(b"shown): ")
os.write(terminal, first.encode() + b"\r")
until(b"again: ")
os.write(terminal, second.encode() + b"\r")
try:
    while piece := os.read(terminal, 4096):
        shown += piece
except OSError:
    pass  # Linux ends a terminal whose other side is gone with an error.
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
