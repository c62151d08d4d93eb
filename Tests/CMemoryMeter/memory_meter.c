#include "thaw_memory_meter.h"

// Says whether the library is glibc.
#include <stdlib.h>

#if defined(__linux__) && defined(__GLIBC__)

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_llong in_use;
static atomic_llong start;
static atomic_llong peak;
static atomic_size_t limit = SIZE_MAX;

static void note(long long now) {
    long long seen = atomic_load_explicit(&peak, memory_order_relaxed);
    while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) {
    }
}

static void *taken(void *memory) {
    if (memory) {
        long long size = (long long)malloc_usable_size(memory);
        note(atomic_fetch_add_explicit(&in_use, size, memory_order_relaxed) + size);
    }
    return memory;
}

static int is_refused(size_t size) {
    if (size <= atomic_load_explicit(&limit, memory_order_relaxed)) return 0;
    static const char message[] = "memory meter: an absurd request was refused\n";
    if (write(2, message, sizeof message - 1) < 0) errno = ENOMEM;
    note(size > (size_t)INT64_MAX / 2 ? INT64_MAX / 2 : (long long)size);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return is_refused(size) ? NULL : taken(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) {
    size_t product;
    if (__builtin_mul_overflow(count, size, &product) || is_refused(product)) return NULL;
    return taken(__libc_calloc(count, size));
}

void free(void *memory) {
    if (!memory) return;
    atomic_fetch_sub_explicit(&in_use, (long long)malloc_usable_size(memory), memory_order_relaxed);
    __libc_free(memory);
}

void *realloc(void *memory, size_t size) {
    if (is_refused(size)) return NULL;
    long long before = memory ? (long long)malloc_usable_size(memory) : 0;
    void *result = __libc_realloc(memory, size);
    if (result || size == 0) atomic_fetch_sub_explicit(&in_use, before, memory_order_relaxed);
    return taken(result);
}

void *memalign(size_t alignment, size_t size) {
    return is_refused(size) ? NULL : taken(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

int thaw_memory_meter_works(void) { return 1; }

void thaw_memory_meter_reset(void) {
    long long now = atomic_load(&in_use);
    atomic_store(&start, now);
    atomic_store(&peak, now);
}

size_t thaw_memory_meter_peak(void) {
    long long most = atomic_load(&peak) - atomic_load(&start);
    return most > 0 ? (size_t)most : 0;
}

void thaw_memory_meter_limit(size_t bytes) { atomic_store(&limit, bytes); }

#else

int thaw_memory_meter_works(void) { return 0; }
void thaw_memory_meter_reset(void) {}
size_t thaw_memory_meter_peak(void) { return 0; }
void thaw_memory_meter_limit(size_t bytes) { (void)bytes; }

#endif
