// oneDNN itself: its engine and stream, which all primitives share, and what a thread needs that runs them.
#include "shim.h"

#include <pthread.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

dnnl_engine_t thaw_engine;
dnnl_stream_t thaw_stream;
static pthread_once_t start_once = PTHREAD_ONCE_INIT;
static dnnl_status_t start_status = dnnl_success;

/// Numbers below 1e-38 become zero on the calling thread and on the workers it starts afterwards, which inherit this:
/// a product of denormals takes a hundred times as long. TensorFlow's threads do the same.
static void flush_denormals(void) {
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1u << 24)));
#endif
}

// oneDNN's cache of primitives stays on: equal layers then share generated code. Without it the 300 products of a
// hundred-layer net are 300 separate pieces of code, and misses in the instruction cache make them 3 times slower.
static void start(void) {
    start_status = dnnl_engine_create(&thaw_engine, dnnl_cpu, 0);
    if (start_status == dnnl_success) {
        start_status = dnnl_stream_create(&thaw_stream, thaw_engine, dnnl_stream_default_flags);
    }
}

int32_t thaw_onednn_initialize(void) {
    flush_denormals();
    pthread_once(&start_once, start);
    return (int32_t)start_status;
}

int32_t thaw_onednn_version(void) {
    const dnnl_version_t *version = dnnl_version();
    return version->major * 10000 + version->minor * 100 + version->patch;
}
