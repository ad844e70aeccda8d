#ifndef CRESOLVER_H
#define CRESOLVER_H

/// Asks the system's resolver one question of class IN, and waits for the answer.
///
/// - name: with or without a final dot; no search list is applied.
/// - type: the number of the record type (RFC 1035 §3.2.2).
/// - server, port: a numeric IPv4 address to ask instead of the configured ones; NULL and 0 for those.
/// - answer: takes the message as it came, however it answers.
///
/// Returns the bytes in `answer`; 0 when the name or the type does not exist; -1 when there was no answer.
int resolver_ask(
    const char *name, int type, const char *server, unsigned short port, unsigned char *answer, int size);

#endif
