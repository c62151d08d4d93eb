// Threads: one parallel region of the OpenMP runtime, entered by hand.
//
// SwiftPM gives C targets no -fopenmp, and without it `#pragma omp` is silently serial. The compiler
// would turn the pragma into the call that is written out here.
#include "kernel_support.h"

typedef struct {
    void (*body)(void *context, int32_t index, int32_t count);
    void *context;
    int32_t count;
} parallel_region;

#if defined(__linux__)

extern void GOMP_parallel(void (*function)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

// The runtime may grant fewer threads than asked for. The parts are those of the asked count, so that
// the result does not depend on what was granted.
static void run_region(void *data) {
    const parallel_region *region = data;
    int32_t granted = omp_get_num_threads();
    for (int32_t index = omp_get_thread_num(); index < region->count; index += granted) {
        region->body(region->context, index, region->count);
    }
}

static void enter(parallel_region *region) { GOMP_parallel(run_region, region, (unsigned)region->count, 0); }

void thaw_set_threads(int32_t threads) {
    if (threads > 0) omp_set_num_threads(threads);
}

int32_t thaw_maximum_threads(void) { return omp_get_max_threads(); }

#elif defined(__APPLE__)

#include <dispatch/dispatch.h>
#include <unistd.h>

static int32_t thread_limit = 0;

static void run_part(void *data, size_t index) {
    const parallel_region *region = data;
    region->body(region->context, (int32_t)index, region->count);
}

static void enter(parallel_region *region) {
    dispatch_apply_f((size_t)region->count, DISPATCH_APPLY_AUTO, region, run_part);
}

void thaw_set_threads(int32_t threads) {
    if (threads > 0) thread_limit = threads;
}

int32_t thaw_maximum_threads(void) {
    return thread_limit > 0 ? thread_limit : (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
}

#else

static void enter(parallel_region *region) {
    for (int32_t index = 0; index < region->count; index++) {
        region->body(region->context, index, region->count);
    }
}

void thaw_set_threads(int32_t threads) { (void)threads; }
int32_t thaw_maximum_threads(void) { return 1; }

#endif

void thaw_parallel(
    void (*body)(void *context, int32_t index, int32_t count), void *context, int32_t threads
) {
    if (threads < 2) {
        body(context, 0, 1);
        return;
    }
    parallel_region region = {body, context, threads};
    enter(&region);
}
