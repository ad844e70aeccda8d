/* PortAudio, and the one call to ALSA below it that keeps ALSA's complaints off the screen. Functions that cannot wait for
   a name in Swift: casts in macros, and a handler with variable arguments. */
#ifndef CPORTAUDIO_H
#define CPORTAUDIO_H

#include <alsa/asoundlib.h>
#include <portaudio.h>

/* paNoDevice, paNoFlag and paInt16 are casts in macros, which Swift does not import. */
static const PaDeviceIndex cportaudio_no_device = paNoDevice;
static const PaSampleFormat cportaudio_int16 = paInt16;
static const PaStreamFlags cportaudio_clip_off = paClipOff;
static const PaStreamCallbackFlags cportaudio_input_overflow = paInputOverflow;
static const PaStreamCallbackFlags cportaudio_output_underflow = paOutputUnderflow;

static inline void cportaudio_silent_error(
    const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

/* ALSA says on standard error what went wrong, also from the threads of open streams. */
static inline void cportaudio_silence_alsa(void) { snd_lib_error_set_handler(cportaudio_silent_error); }

#endif
