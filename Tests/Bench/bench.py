#!/usr/bin/env python3
"""Speed and memory of the program beside a small C program on the same ncursesw and sockets, in one run.

bench.py PROGRAM     prints a table; ratios are what to look at, the machine's own speed cancels out in them
"""
import fcntl
import os
import pty
import re
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(HERE, "..", "..", ".build", "bench")
PACKAGES = os.path.join(HERE, "..", "..", ".build", "static")
ROWS, COLUMNS = 30, 100


class Pty:
    """A program on a terminal of its own."""

    def __init__(self, command, environment=None):
        self.begun = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvpe(command[0], command, dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", **(environment or {})))
        self.output = b""

    def read(self, timeout):
        ready, _, _ = select.select([self.terminal], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            return b""
        return data

    def until(self, marker, timeout=20.0):
        """Seconds from the start of the program until `marker` (bytes or several) was on the screen."""
        markers = [marker] if isinstance(marker, bytes) else list(marker)
        deadline = time.perf_counter() + timeout
        while time.perf_counter() < deadline:
            if all(m in self.output for m in markers):
                return time.perf_counter() - self.begun
            self.output += self.read(0.5)
        raise SystemExit("never saw %r; the last output: %r" % (markers, self.output[-400:]))

    def shows(self, text):
        """Has everything painted anew, and says whether `text` is among it."""
        self.resize(ROWS + 1, COLUMNS + 1)
        self.output = b""
        while data := self.read(0.3):
            self.output += data
        return text in self.output

    def settle(self, seconds=0.0, quiet=0.3):
        """Reads until nothing came for a while, and at least so many seconds."""
        end = time.perf_counter() + seconds
        while self.read(quiet) or time.perf_counter() < end:
            pass

    def write(self, data):
        os.write(self.terminal, data)

    def resize(self, rows, columns):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def cpu(self):
        return cpu(self.process)

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


def cpu(process):
    """Seconds of CPU of all threads, to the nanosecond."""
    total = 0
    for task in os.listdir("/proc/%d/task" % process):
        with open("/proc/%d/task/%s/schedstat" % (process, task)) as file:
            total += int(file.read().split()[0])
    return total / 1e9


def pss(process):
    with open("/proc/%d/smaps_rollup" % process) as file:
        return int(re.search(r"^Pss: +(\d+) kB", file.read(), re.M).group(1)) / 1024


def wakeups(process):
    """How often each thread went to sleep so far."""
    counts = {}
    for task in os.listdir("/proc/%d/task" % process):
        with open("/proc/%d/task/%s/status" % (process, task)) as file:
            counts[task] = int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.M).group(1))
    return counts


def wakeups_a_second(process, seconds):
    before = wakeups(process)
    time.sleep(seconds)
    return sum(count - before.get(task, 0) for task, count in wakeups(process).items()) / seconds


class Peer:
    def __init__(self, kind):
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "peer.py"), kind], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = self.process.stdout.readline().strip()

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().strip()

    def speaks(self):
        return select.select([self.process.stdout], [], [], 0)[0] != []

    def close(self):
        self.process.kill()
        self.process.wait()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Drain:
    """Reads the terminal in a thread, so that the program never waits for its reader."""

    def __init__(self, terminal):
        self.terminal, self.going = terminal, True
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def loop(self):
        while self.going:
            self.terminal.read(0.05)

    def stop(self):
        self.going = False
        self.thread.join()


# Neither in what the screen shows nor in what moves the cursor or changes colours.
KEYS = b"%&#~|{}*=_"


def echo(terminal, count=10**9, seconds=10**9, rested=None):
    """Seconds from each key written to the terminal until it came back, for so many keys or so long.

    Those after the pause that emptying the draft takes, when all caches are cold, go to `rested` where it is given.
    """
    times, end = [], time.perf_counter() + seconds
    start = echo.begun = getattr(echo, "begun", 0) + 3
    for i in range(count):
        if time.perf_counter() > end:
            break
        # The draft is emptied now and then so that both programs always paint the same: one character more.
        if i % 40 == 0:
            terminal.write(b"\x7f" * 40)
            deadline = time.perf_counter() + 0.02
            while time.perf_counter() < deadline:
                terminal.read(0.01)
        # Another one than stood in that place before: painting the same again is painting nothing.
        key = KEYS[(i + i // 40 + start) % len(KEYS):][:1]
        while terminal.read(0):
            pass
        begun = time.perf_counter()
        terminal.write(key)
        while key not in terminal.read(1.0):
            if time.perf_counter() - begun > 2:
                raise SystemExit("a key never came back")
        taken = time.perf_counter() - begun
        (times if rested is None or i % 40 else rested).append(taken)
    return times


def first_frame(command, marker, runs=40):
    times = []
    for _ in range(runs):
        terminal = Pty(command)
        times.append(terminal.until(marker))
        terminal.close()
    return statistics.median(times)


class Row:
    table = []

    def __init__(self, what, value, unit, yardstick=None, reach=""):
        ratio = "%.2f" % (value / yardstick) if yardstick else ""
        Row.table.append((what, "%.4g %s" % (value, unit), "%.4g %s" % (yardstick, unit) if yardstick else "", ratio, reach))
        print("%-62s %14s %16s %7s  %s" % Row.table[-1], flush=True)


def reference(yardstick):
    """The yardstick on its server of plain lines, and a quiet screen."""
    peer = Peer("lines")
    terminal = Pty([yardstick, "127.0.0.1", peer.port])
    terminal.settle()
    return terminal, peer


def in_call(program):
    """The program in a call with the peer, and a quiet screen."""
    peer = Peer("sip")
    terminal = Pty([program, "--name", "bench", "--server", "127.0.0.1:" + peer.port])
    terminal.until(b"caller")
    peer.tell("invite")
    terminal.until(b"Cancel")
    time.sleep(0.6)  # a key at once after the dialog opened is not taken for the answer
    terminal.write(b"\r")
    assert peer.hear() == "in call"
    terminal.settle()
    return terminal, peer


def talk(yardstick, program):
    """In turns, a little of each, so that whatever else the machine does meets both alike."""
    quiet, rested, loud = ({"yardstick": [], "program": []} for _ in range(3))
    sides = {"yardstick": reference(yardstick), "program": in_call(program)}
    for _ in range(40):
        for name, (terminal, _) in sides.items():
            quiet[name] += echo(terminal, count=120, rested=rested[name])
    for _ in range(8):
        for name, (terminal, peer) in sides.items():
            peer.tell("blast 4000 2000")
            echo(terminal, seconds=0.2)
            loud[name] += echo(terminal, seconds=1.5)
            if peer.speaks():
                raise SystemExit("the messages ended before the keys")
            drain = Drain(terminal)
            peer.hear()
            drain.stop()
    for terminal, peer in sides.values():
        terminal.close()
        peer.close()
    Row("key to its echo, after a pause of 20 ms, p50", percentile(rested["program"], 0.5) * 1e6, "us",
        percentile(rested["yardstick"], 0.5) * 1e6)
    for when, times in (("typing", quiet), ("2,000 messages/s arrive", loud)):
        for share, label in ((0.5, "p50"), (0.99, "p99")):
            Row("key to its echo, %s, %s" % (when, label), percentile(times["program"], share) * 1e6, "us",
                percentile(times["yardstick"], share) * 1e6, "1.15 x")


def flood(yardstick, program):
    count = 60_000
    rates = {}
    for name in ("yardstick", "program"):
        terminal, peer = in_call(program) if name == "program" else reference(yardstick)
        drain = Drain(terminal)
        peer.tell("blast 2000 0")
        peer.hear()
        before = cpu(terminal.process)
        peer.tell("blast %d 0" % count)
        taken = float(peer.hear())
        time.sleep(0.5)
        used = cpu(terminal.process) - before
        rates[name] = (count / taken, used / count * 1e6)
        drain.stop()
        if not terminal.shows(b"message %d of" % (count + 1999)):
            raise SystemExit("the last message is not on the screen")
        terminal.close()
        peer.close()
    Row("messages received in a call and answered, a second", rates["program"][0], "", rates["yardstick"][0], ">= 25,000")
    Row("CPU for each of them", rates["program"][1], "us", rates["yardstick"][1], "<= 40 us")


def memory(program):
    terminal, peer = in_call(program)
    terminal.settle(3)
    Row("wake-ups a second, in a call (its clock ticks)", wakeups_a_second(terminal.process, 10), "")
    Row("memory of the program, in a call (PSS)", pss(terminal.process), "MB", None, "<= 12 MB")
    drain = Drain(terminal)
    count, text = 80_000, len("message 10000 of the benchmark, as long as a line of talk is")
    peer.tell("blast 10000 0")
    peer.hear()
    time.sleep(0.5)
    before = pss(terminal.process)
    peer.tell("blast %d 0" % count)
    peer.hear()
    time.sleep(0.5)
    each = (pss(terminal.process) - before) * 1024 * 1024 / count - text
    Row("each message in the log, beside its text", each, "B", None, "<= 200 B")
    drain.stop()
    terminal.close()
    peer.close()
    peer = Peer("sip")
    terminal = Pty([program, "--name", "bench", "--server", "127.0.0.1:" + peer.port])
    terminal.until(b"caller")
    terminal.settle(3)
    Row("wake-ups a second, connected and idle", wakeups_a_second(terminal.process, 40), "", None, "keep-alives")
    Row("memory of the program, idle and connected (PSS)", pss(terminal.process), "MB", None, "<= 12 MB")
    terminal.close()
    peer.close()


def resize(yardstick, program):
    settled, used = {}, {}
    for name in ("yardstick", "program"):
        terminal, peer = in_call(program) if name == "program" else reference(yardstick)
        peer.tell("blast 20000 0")
        drain = Drain(terminal)
        peer.hear()
        drain.stop()
        terminal.settle()
        times, before = [], cpu(terminal.process)
        for i in range(60):
            begun = time.perf_counter()
            terminal.resize(ROWS + i % 2 * 10, COLUMNS + i % 2 * 20)
            last = begun
            while terminal.read(0.03):
                last = time.perf_counter()
            times.append(last - begun)
        settled[name], used[name] = statistics.median(times), (cpu(terminal.process) - before) / 60
        terminal.close()
        peer.close()
    Row("resize in 20,000 lines, until the screen is quiet", settled["program"] * 1e3, "ms", settled["yardstick"] * 1e3, "<= 2 ms")
    Row("resize in 20,000 lines, CPU", used["program"] * 1e3, "ms", used["yardstick"] * 1e3)


def start(yardstick, program):
    Row("start to first complete frame", first_frame([program, "--name", "bench", "--server", "127.0.0.1:9"], b"quit") * 1e3, "ms",
        first_frame([yardstick], b"quit") * 1e3, "<= 10 ms, 4 x")
    address = "127.0.0.1:27777"
    exchange = subprocess.Popen([program, "exchange", "--listen", address], stdout=subprocess.PIPE, text=True)
    exchange.stdout.readline()
    times = []
    for _ in range(30):
        terminal = Pty([program, "--name", "bench", "--server", address])
        times.append(terminal.until([b"Echo test", b"connected"]))
        terminal.close()
    exchange.kill()
    exchange.wait()
    Row("start to registered with the list shown", statistics.median(times) * 1e3, "ms", None, "<= 20 ms")


def parser():
    os.environ["PARTYLINE_BENCH"] = "1"
    built = subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "--scratch-path", PACKAGES,
                            "--product", "ParserBench"], capture_output=True, text=True)
    if built.returncode != 0:
        raise SystemExit(built.stdout + built.stderr)
    rate = float(subprocess.run([os.path.join(PACKAGES, "release", "ParserBench")], capture_output=True, text=True).stdout)
    Row("INVITEs of 650 bytes parsed, a second on one core", rate, "", None, ">= 1,000,000")


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    program = os.path.abspath(sys.argv[1])
    chosen = sys.argv[2:]
    os.makedirs(BUILT, exist_ok=True)
    yardstick = os.path.join(BUILT, "yardstick")
    subprocess.run(["gcc", "-O2", "-o", yardstick, os.path.join(HERE, "yardstick.c"), "-lncursesw", "-ltinfo"], check=True)
    print("%-62s %14s %16s %7s  %s" % ("", "partyline", "C yardstick", "ratio", "to reach"))
    import exchange_bench
    import voice_bench
    parts = {"start": lambda: start(yardstick, program), "talk": lambda: talk(yardstick, program),
             "flood": lambda: flood(yardstick, program), "memory": lambda: memory(program),
             "resize": lambda: resize(yardstick, program), "parser": parser,
             "exchange": lambda: exchange_bench.run(program, Row, cpu, pss),
             "voice": lambda: voice_bench.run(program, Row, Pty, Drain, cpu)}
    for name, part in parts.items():
        if not chosen or name in chosen:
            part()


main()
