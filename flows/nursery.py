"""A process that has loaded the program and forks a child a source: loading costs 0.7 s of CPU, a fork 0.01 s.

Run as `python -m flows.nursery FD`, FD being its end of a socket pair whose other end `flows.children` holds. A
request is one byte with three file descriptors: a socket, the child's stdout, the child's stderr. The child leads a
session of its own, tells its pid over the socket, reads there one line of JSON (its words, environment and folder)
and does what `flows.share` does; when it has ended, its exit code follows.

Nothing runs here but the waiting: no thread, no connection, no open archive that a fork could tear in two. The
nursery ends with its last child when the other end is closed, or when nothing was asked for some seconds.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from typing import NoReturn

from flows.child import leave, loaded

IDLE_SECONDS = 10.0

_Children = dict[int, socket.socket]
"""By pid: the socket on which the exit code is awaited."""


def serve(control: socket.socket) -> None:
    """Fork children as they are asked for, until nobody asks any more."""
    share = loaded()
    share.prepare()
    gc.freeze()  # a collector that walks what was loaded would give each child copies of all its memory
    woken, waker = socket.socketpair()
    woken.setblocking(False)
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    children: _Children = {}
    while True:
        ready, _, _ = select.select([control, woken], [], [], None if children else IDLE_SECONDS)
        if woken in ready:
            woken.recv(4_096)
            _bury(children, os.WNOHANG)
        if control in ready:
            word, descriptors, _, _ = socket.recv_fds(control, 1, 3)
            if not word:
                break
            _fork(descriptors, children, (control, woken, waker))
        if not ready:
            break
    _bury(children, 0)


def _fork(descriptors: list[int], children: _Children, own: tuple[socket.socket, ...]) -> None:
    pid = os.fork()
    if pid == 0:
        for other in (*own, *children.values()):
            other.close()
        _live(*descriptors)
    talk, out, err = descriptors
    os.close(out)
    os.close(err)
    children[pid] = socket.socket(fileno=talk)


def _bury(children: _Children, options: int) -> None:
    """Tell the exit code of every child that has ended. `options` as for `os.waitpid`."""
    for pid, talk in list(children.items()):
        ended, status = os.waitpid(pid, options)
        if ended:
            del children[pid]
            _tell(talk, os.waitstatus_to_exitcode(status))
            talk.close()


def _tell(talk: socket.socket, number: int) -> None:
    try:
        talk.sendall(b"%d\n" % number)
    except OSError:  # whoever asked is gone
        return


def _live(talk: int, out: int, err: int) -> NoReturn:
    """The child's life, from its birth to its end."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for given, place in ((out, 1), (err, 2)):
            os.dup2(given, place)
            os.close(given)
        code = _obey(socket.socket(fileno=talk))
    except SystemExit as end:  # argparse's
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the end of a process: nothing may return from here into the nursery
        traceback.print_exc()
    leave(code)


def _obey(talk: socket.socket) -> int:
    _tell(talk, os.getpid())
    with talk, talk.makefile("rb") as lines:
        line = lines.readline()
    if not line:  # the run was ended meanwhile
        return 0
    request = json.loads(line)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    share = loaded()
    gc.enable()
    return int(share.main(request["words"]))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    leave(0)
