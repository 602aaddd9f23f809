"""A terminal that a suite runs on: what is on its screen, and what has scrolled off it."""

import codecs
import fcntl
import os
import re
import struct
import termios
import threading

# An escape sequence, or one character.
TOKEN = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\x1b[^\[]|[^\x1b]", re.DOTALL)


class Screen:
    """As much of a VT100 as is used here; anything else that comes is an error."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [""] * rows
        self.scrolled = []
        self.row = self.column = 0
        self._saved = (0, 0)
        self._wraps = True
        self._rest = ""

    def feed(self, text):
        text = self._rest + text
        end = 0
        for token in TOKEN.finditer(text):
            self._take(token.group())
            end = token.end()
        self._rest = text[end:]  # of a sequence that is not complete yet

    @property
    def text(self):
        """All that can be read, with what has scrolled off the screen."""
        return "\n".join(line.rstrip() for line in self.scrolled + self.lines).rstrip("\n") + "\n"

    @property
    def below(self):
        """The line below the cursor."""
        return self.lines[self.row + 1] if self.row + 1 < self.rows else ""

    def _take(self, token):
        if token == "\r":
            self.column = 0
        elif token in ("\n", "\x1bD"):
            self._down()
        elif token == "\x1b7":
            self._saved = (self.row, self.column)
        elif token == "\x1b8":
            self.row, self.column = self._saved
        elif token == "\x1b[A":
            self.row = max(0, self.row - 1)
        elif token == "\x1b[J":
            self.lines[self.row] = self.lines[self.row][:self.column]
            self.lines[self.row + 1:] = [""] * (self.rows - self.row - 1)
        elif token == "\x1b[K":
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif token in ("\x1b[?7l", "\x1b[?7h"):
            self._wraps = token[-1] == "h"
        elif token[0] == "\x1b":
            if token[-1] != "m":
                raise AssertionError("an unknown sequence: %r" % token)
        elif ord(token) < 32:
            raise AssertionError("an unknown control character: %r" % token)
        else:
            self._put(token)

    def _down(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.scrolled.append(self.lines.pop(0))
            self.lines.append("")

    def _put(self, character):
        if self.column == self.columns:
            if not self._wraps:
                self.column -= 1
            else:
                self.column = 0
                self._down()
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[:self.column] + character + line[self.column + 1:]
        self.column += 1


class Terminal:
    """A pseudo-terminal with a screen on it; `descriptor` is what a process writes to."""

    def __init__(self, columns=80, rows=24):
        self._master, self.descriptor = os.openpty()
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        self.screen = Screen(columns, rows)
        self.raw = ""  # all that was ever written
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # nobody has the other end any more
                break
            text = decode(data)
            with self._lock:
                self.raw += text
                self.screen.feed(text)

    def look(self, question):
        """What `question(screen)` says between two writes."""
        with self._lock:
            return question(self.screen)

    def close(self):
        """To be called when the run has ended: all of its output is there then."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None
            self._reader.join()
            os.close(self._master)
