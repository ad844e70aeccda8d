/* PortAudio, which is not linked but loaded when sound is first wanted: with what it brings along it would take a third of
   the program's start, and its place in memory, from everybody. Its functions have their own names and may be called once
   it is loaded. Besides them the casts in its macros, which Swift does not import. */
#ifndef CPORTAUDIO_H
#define CPORTAUDIO_H

#include <portaudio.h>

static const PaDeviceIndex cportaudio_no_device = paNoDevice;
static const PaSampleFormat cportaudio_int16 = paInt16;
static const PaStreamFlags cportaudio_clip_off = paClipOff;
static const PaStreamCallbackFlags cportaudio_input_overflow = paInputOverflow;
static const PaStreamCallbackFlags cportaudio_output_underflow = paOutputUnderflow;

/* NULL when it is loaded, which it stays; else why it is not. For one thread at a time. ALSA below it is kept from saying
   on standard error what goes wrong, also from the threads of open streams. */
const char *cportaudio_load(void);

#endif
