#ifdef VOICE
#include <dlfcn.h>
#include <stddef.h>

/* For this program only: libsrtp's own calls of these names are not to come by here. */
#pragma GCC visibility push(hidden)
#include "CSRTP.h"

#define EACH_FUNCTION(F)                                                                                             \
    F(srtp_err_status_t, srtp_init, (void), ())                                                                      \
    F(srtp_err_status_t, srtp_create, (srtp_t * session, const srtp_policy_t *policy), (session, policy))            \
    F(srtp_err_status_t, srtp_dealloc, (srtp_t session), (session))                                                  \
    F(srtp_err_status_t, srtp_add_stream, (srtp_t session, const srtp_policy_t *policy), (session, policy))          \
    F(srtp_err_status_t, srtp_update, (srtp_t session, const srtp_policy_t *policy), (session, policy))              \
    F(srtp_err_status_t, srtp_protect, (srtp_t session, void *packet, int *length), (session, packet, length))       \
    F(srtp_err_status_t, srtp_unprotect, (srtp_t session, void *packet, int *length), (session, packet, length))     \
    F(srtp_err_status_t, srtp_protect_rtcp, (srtp_t session, void *packet, int *length), (session, packet, length))  \
    F(srtp_err_status_t, srtp_unprotect_rtcp, (srtp_t session, void *packet, int *length),                           \
      (session, packet, length))                                                                                     \
    F(srtp_err_status_t, srtp_get_stream_roc, (srtp_t session, uint32_t source, uint32_t *roc),                      \
      (session, source, roc))                                                                                        \
    F(srtp_err_status_t, srtp_set_stream_roc, (srtp_t session, uint32_t source, uint32_t roc),                       \
      (session, source, roc))                                                                                        \
    F(void, srtp_crypto_policy_set_rtp_default, (srtp_crypto_policy_t * policy), (policy))                           \
    F(void, srtp_crypto_policy_set_rtcp_default, (srtp_crypto_policy_t * policy), (policy))                          \
    F(void, srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, (srtp_crypto_policy_t * policy), (policy))

#define FORWARD(result, name, parameters, arguments)                                                                 \
    static result(*loaded_##name) parameters;                                                                        \
    result name parameters { return loaded_##name arguments; }
EACH_FUNCTION(FORWARD)

const char *csrtp_load(void) {
    static void *loaded;
    if (loaded) return NULL;
    void *library = dlopen("libsrtp2.so.1", RTLD_NOW);
    if (!library) return dlerror();
#define FIND(result, name, parameters, arguments)                                                                    \
    if (!(loaded_##name = (result(*) parameters)dlsym(library, #name))) return dlerror();
    EACH_FUNCTION(FIND)
    loaded = library;
    return NULL;
}
#endif
