#ifdef VOICE
#include <dlfcn.h>
#include <stddef.h>

/* For this program only: PortAudio's own calls of these names are not to come by here. */
#pragma GCC visibility push(hidden)
#include "CPortAudio.h"

#define EACH_FUNCTION(F)                                                                                             \
    F(PaError, Pa_Initialize, (void), ())                                                                            \
    F(PaError, Pa_Terminate, (void), ())                                                                             \
    F(const char *, Pa_GetErrorText, (PaError error), (error))                                                       \
    F(const PaHostErrorInfo *, Pa_GetLastHostErrorInfo, (void), ())                                                  \
    F(PaDeviceIndex, Pa_GetDeviceCount, (void), ())                                                                  \
    F(PaDeviceIndex, Pa_GetDefaultInputDevice, (void), ())                                                           \
    F(PaDeviceIndex, Pa_GetDefaultOutputDevice, (void), ())                                                          \
    F(const PaDeviceInfo *, Pa_GetDeviceInfo, (PaDeviceIndex device), (device))                                      \
    F(PaError, Pa_OpenStream,                                                                                        \
      (PaStream * *stream, const PaStreamParameters *input, const PaStreamParameters *output, double rate,           \
       unsigned long frames, PaStreamFlags flags, PaStreamCallback *callback, void *data),                           \
      (stream, input, output, rate, frames, flags, callback, data))                                                  \
    F(PaError, Pa_StartStream, (PaStream * stream), (stream))                                                        \
    F(PaError, Pa_AbortStream, (PaStream * stream), (stream))                                                        \
    F(PaError, Pa_CloseStream, (PaStream * stream), (stream))                                                        \
    F(PaError, Pa_IsStreamActive, (PaStream * stream), (stream))

#define FORWARD(result, name, parameters, arguments)                                                                 \
    static result(*loaded_##name) parameters;                                                                        \
    result name parameters { return loaded_##name arguments; }
EACH_FUNCTION(FORWARD)

static void say_nothing(
    const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

const char *cportaudio_load(void) {
    static void *loaded;
    if (loaded) return NULL;
    void *library = dlopen("libportaudio.so.2", RTLD_NOW);
    if (!library) return dlerror();
#define FIND(result, name, parameters, arguments)                                                                    \
    if (!(loaded_##name = (result(*) parameters)dlsym(library, #name))) return dlerror();
    EACH_FUNCTION(FIND)
    /* Of libasound, which PortAudio brings where there is ALSA. */
    int (*silence)(void (*)(const char *, int, const char *, int, const char *, ...)) =
        (int (*)(void (*)(const char *, int, const char *, int, const char *, ...)))dlsym(
            library, "snd_lib_error_set_handler");
    if (silence) silence(say_nothing);
    loaded = library;
    return NULL;
}
#endif
