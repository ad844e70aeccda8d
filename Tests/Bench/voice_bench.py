"""CPU in a call with voice: the program and baresip talk to each other, each through ALSA on a PulseAudio without hardware, so
that both take, code, send, receive, decode and play the same at the same time. baresip cancels no echo, suppresses no noise
and controls no gain; the program does."""
import json
import math
import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import time

SECONDS = 20
LINE, CONTROL, SIP = 27778, 27779, 27780

CODECS = {"Opus": ("opus.so", 48_000, ["opus_stereo no", "opus_sprop_stereo no"]), "PCMU": ("g711.so", 8_000, [])}


def wave(path, rate, seconds):
    """Syllables of a buzz with pauses between them, for as long."""
    chance, samples = random.Random(1), []
    while len(samples) < rate * seconds:
        pitch, count = chance.uniform(95, 155), int(rate * chance.uniform(0.12, 0.3))
        for i in range(count):
            swell = min(1, min(i, count - i) * 6 / count)
            buzz = sum(math.sin(2 * math.pi * pitch * h * i / rate) / h for h in (1, 2, 3, 5, 8, 13))
            samples.append(int(6_000 * swell * buzz + chance.uniform(-100, 100)))
        if chance.random() < 0.25:
            samples += [0] * int(rate * chance.uniform(0.05, 0.3))
    data = struct.pack("<%dh" % len(samples), *[max(-32_000, min(32_000, s)) for s in samples])
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                   struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data" + struct.pack("<I", len(data)) + data)


class Sounds:
    """A PulseAudio of its own: each of two sides has a loudspeaker, and a microphone into which a voice speaks."""

    def __init__(self, folder, sides):
        self.folder, self.sides, self.voices = folder, sides, []
        os.mkdir(folder + "/run", 0o700)
        self.environment = {"HOME": folder, "XDG_RUNTIME_DIR": folder + "/run"}
        with open(folder + "/default.pa", "w") as file:
            file.write("load-module module-native-protocol-unix\n")
            for side in sides:
                for way in ("loudspeaker", "microphone"):
                    file.write("load-module module-null-sink sink_name=%s-%s rate=48000\n" % (side, way))
        self.server = self.start(["pulseaudio", "-n", "-F", folder + "/default.pa", "--exit-idle-time=-1",
                                  "--use-pid-file=no", "--daemonize=no"])
        while not os.path.exists(folder + "/run/pulse/native"):
            time.sleep(0.05)
        wave(folder + "/said.wav", 48_000, SECONDS + 30)
        for side in sides:
            self.voices.append(self.start(["pacat", "-d", side + "-microphone", "--file-format=wav", folder + "/said.wav"]))

    def start(self, command):
        return subprocess.Popen(command, env=dict(os.environ, **self.environment), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def of(self, side):
        """The environment in which these are the devices. What Debian configures for ALSA makes PulseAudio the default one,
        whatever a file says beside it."""
        return dict(self.environment, PULSE_SINK=side + "-loudspeaker", PULSE_SOURCE=side + "-microphone.monitor")

    def close(self):
        for process in self.voices + [self.server]:
            process.kill()
            process.wait()


class Baresip:
    def __init__(self, folder, codec, exchange, environment):
        module, rate, settings = CODECS[codec]
        with open(os.path.join(folder, "config"), "w") as file:
            file.write("\n".join([
                "poll_method epoll", "sip_listen 127.0.0.1:%d" % SIP, "net_interface 127.0.0.1",
                "audio_source alsa,default", "audio_player alsa,default",
                "audio_alert aubridge,nowhere", "ausrc_srate %d" % rate, "ausrc_channels 1", "auplay_srate %d" % rate,
                "auplay_channels 1", "statmode_default off", "module_path /usr/lib/baresip/modules",
                "module %s" % module, "module aubridge.so", "module alsa.so", "module_tmp account.so",
                "module_app menu.so", "module_app ctrl_tcp.so", "ctrl_tcp_listen 127.0.0.1:%d" % CONTROL] + settings) + "\n")
        with open(os.path.join(folder, "accounts"), "w") as file:
            file.write('"bare" <sip:Webphone1@%s>;outbound="sip:%s";regint=60\n' % (exchange, exchange))
        self.log = open(os.path.join(folder, "log"), "w")
        self.process = subprocess.Popen(["baresip", "-4", "-f", folder], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, env=dict(os.environ, **environment))
        for _ in range(100):
            time.sleep(0.1)
            try:
                self.control = socket.create_connection(("127.0.0.1", CONTROL))
                break
            except OSError:
                pass

    def does(self, command, parameters=""):
        body = json.dumps({"command": command, "params": parameters, "token": "1"}).encode()
        self.control.sendall(b"%d:%s," % (len(body), body))

    def close(self):
        self.control.close()
        self.process.kill()
        self.process.wait()


def used_in_call(program, Pty, Drain, cpu, codec):
    """Seconds of CPU a second of call: ours, baresip's."""
    exchange = "127.0.0.1:%d" % LINE
    with tempfile.TemporaryDirectory() as folder:
        sounds = Sounds(folder, ("ours", "theirs"))
        server = subprocess.Popen([program, "exchange", "--listen", exchange], stdout=subprocess.PIPE, text=True)
        server.stdout.readline()
        terminal = Pty([program, "--name", "ada", "--server", exchange], sounds.of("ours"))
        bare = None
        try:
            terminal.until(b"ACCESS_GRANTED")
            bare = Baresip(folder, codec, exchange, sounds.of("theirs"))
            terminal.until(b"bare")
            bare.does("dial", "sip:1000@" + exchange)
            terminal.until(b"With voice")
            time.sleep(0.8)  # a key at once after the dialog opened is not taken for the answer
            terminal.write(b"\t\r")
            terminal.until(b"MIC OPEN")
            drain = Drain(terminal)
            time.sleep(4)
            before = cpu(terminal.process), cpu(bare.process.pid)
            time.sleep(SECONDS)
            after = cpu(terminal.process), cpu(bare.process.pid)
            drain.stop()
            if not terminal.shows(b"MIC OPEN"):
                raise SystemExit("the call has ended")
            return tuple((b - a) / SECONDS for a, b in zip(before, after))
        finally:
            if bare:
                bare.close()
            terminal.close()
            server.kill()
            server.wait()
            sounds.close()


def run(program, Row, Pty, Drain, cpu):
    for needed in ("baresip", "pulseaudio", "pacat"):
        if not shutil.which(needed):
            print("a call with voice: %s is not there to compare with" % needed)
            return
    for codec in CODECS:
        ours, theirs = used_in_call(program, Pty, Drain, cpu, codec)
        Row("CPU in a call with voice beside baresip's, %s" % codec, ours * 1e3, "ms/s", theirs * 1e3, "<= 0.5 x")
