/* libsrtp, which is not linked but loaded when a call is first to be encrypted: with the libraries that it brings along it
   would be a tenth of the program's start. Its functions have their own names and may be called once it is loaded. */
#ifndef CSRTP_H
#define CSRTP_H

#include <srtp2/srtp.h>

/* NULL when it is loaded, which it stays; else why it is not. For one thread at a time. */
const char *csrtp_load(void);

#endif
