/* libopus. Its settings go through functions with variable arguments, which Swift cannot call. */
#ifndef COPUS_H
#define COPUS_H

#include <opus/opus.h>

/* `request` is one of the OPUS_SET_*_REQUEST; the result is OPUS_OK or a negative error. */
static inline int copus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
    return opus_encoder_ctl(encoder, request, value);
}

static inline int copus_encoder_get(OpusEncoder *encoder, int request, opus_int32 *value) {
    return opus_encoder_ctl(encoder, request, value);
}

#endif
