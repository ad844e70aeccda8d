#!/usr/bin/env python3
"""A peer on bare sockets that shares no code with Partyline and sends what no other peer does.

raw list SUITE                   the cases of a suite, a line each: what it needs, a tab, the sentence
raw run SUITE CASE HOST PORT     does what the sentence says; wrong answers end it with exit status 1 and the reason

HOST and PORT are where the exchange under test listens, a third number is its WebSocket's port. For a program under
test that is a client they are where this is its exchange; what a person has to do at the program's terminal is written
on standard output, a line each: `PERSON VERB WORDS`, and SIGUSR1 says that it was done. After DONE it stays until it is
ended.
"""
import signal
import sys
import time

import client_called
import client_calls
import client_dialogs
import client_messages
import client_names
import exchange_lists
import exchange_messages
import exchange_requests
import through_exchange
from guest import Exchange
from message import Wrong
from registrar import Person, Registrar
from suites import CASES


def main():
    words = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    if words[:1] == ["list"]:
        for sentence, (_, facts) in CASES[words[1]].items():
            print("%s\t%s" % (" ".join(sorted(facts)), sentence))
        return
    title, sentence, host, port = words[1:5]
    body, facts = CASES[title][sentence]
    try:
        if title == client_calls.TITLE:
            subject = Registrar((host, int(port)), "udp" if "udp" in facts else "tcp")
            if "bare" not in facts:
                subject.admits()
        else:
            subject = Exchange(host, int(port), int(words[5]) if len(words) > 5 else None)
        body(subject)
        subject.serves_on()
        if title == through_exchange.TITLE:
            subject.program_serves_on(Person())
    except Wrong as wrong:
        sys.exit("wrong: %s" % wrong)
    print("DONE", flush=True)
    time.sleep(60)  # the test ends this process when it has seen all it waits for


main()
