"""The suite's command wstest, which here ends when its standard input does, so
that it cannot outlive the runner, however that ends. For Python 2.7."""

import os
import sys
import threading


def watch():
    sys.stdin.read()
    os._exit(0)


watcher = threading.Thread(target=watch)
watcher.daemon = True
watcher.start()

from autobahntestsuite import wstest  # noqa: E402: it takes a second

wstest.run()
