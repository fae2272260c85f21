"""Magnetic stripe head that sends a swipe as one line of text. Source: ISO/IEC 7811-6 (tracks, LRC).

    %track 1?L;track 2?L+track 3?L CR        L: the track's LRC as a character of its own code
    %E? ;E? +E?                              a track that could not be read
"""

from micropython import const

_STARTS = b"%;+"
_CONTROL = b"!\"%&'*+,:;<=>@_"  # of track 1's code, and never in its data (ISO/IEC 7811-6, table 1)
_MOST = (79, 40, 107)  # characters with sentinels and LRC (ISO/IEC 7811-6, 7813, 4909)
_ERROR = const(0x45)


class Swipe:
    """One pass of a card. tracks: three bytes objects as the head sent them, sentinels and LRC with them, or None for a
    track that is not there. damaged: the numbers (1 to 3) of tracks that the head could not read, or with a wrong LRC.
    """

    def __init__(self):
        self.tracks = [None, None, None]
        self.damaged = []


def split_tracks(line, lrc=True):
    """Swipe of a line; lrc: each track has its LRC behind it. None when the line is no swipe from end to end."""
    swipe = Swipe()
    at = 0
    while at < len(line):
        number = _STARTS.find(line[at : at + 1])
        if number < 0:
            return None
        if swipe.tracks[number] is not None or number + 1 in swipe.damaged:
            return None
        end = line.find(b"?", at)
        if end < 0:
            return None
        if end == at + 2 and line[at + 1] == _ERROR:
            swipe.damaged.append(number + 1)
            at = end + 1
            continue
        after = end + (2 if lrc else 1)
        if after > len(line) or after - at > _MOST[number]:
            return None
        if _sound(line, at, end, number, lrc):
            swipe.tracks[number] = line[at:after]
        else:
            swipe.damaged.append(number + 1)
        at = after
    return swipe if at else None


def _sound(line, start, end, number, lrc):
    """All characters are the track's, and their exclusive or with the LRC is nothing (ISO/IEC 7811-6, 10.2)."""
    first = 0x30 if number else 0x20
    most = 0x0F if number else 0x3F
    total = 0x0B if number else 0x05  # a start sentinel is that value, whatever character the head writes for it
    for index in range(start + 1, end + 2 if lrc else end + 1):
        code = line[index]
        if not 0 <= code - first <= most or (not number and index < end and code in _CONTROL):
            return False
        total ^= code - first
    return not lrc or total == 0


class StripeHead:
    """port: LinePort. lrc: whether the head sends the LRC of each track.

    activity: set when something has come; then read(). Between, read() gives None at once.
    """

    def __init__(self, port, lrc=True):
        self.activity = port.activity
        self.bad = 0
        self._port = port
        self._lrc = lrc

    def clear(self):
        """Forget swipes that nobody asked for."""
        self._port.clear()

    def read(self):
        """The next Swipe, or None. A line that is none is counted in bad; with every track damaged it is one."""
        line = self._port.take(_is_swipe)
        if line is None:
            return None
        swipe = split_tracks(line, self._lrc)
        if swipe is None:
            self.bad += 1
        return swipe


def _is_swipe(line):
    return line[0] in _STARTS
