// Counts allocations by where they come from; preloaded by scripts/check-allocations.
//
// Each malloc, calloc, realloc and aligned allocation is put to one of two accounts: inside oneDNN's or OpenMP's
// code, or from our own. On SIGUSR1 the counts are set to
// zero and counting begins; on SIGUSR2 they are written to the file named by THAW_ALLOCATIONS, with the
// stacks of the first few of our own.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum { DEPTH = 48, KEPT = 64 };
static atomic_bool counting;
static atomic_long library_count, own_count, library_bytes, own_bytes;
static _Thread_local int inside;
enum { RANGES = 256 };
static struct { uintptr_t start, end; bool is_library; } ranges[RANGES];
static int range_count;
static void *stacks[KEPT][DEPTH];
static int depths[KEPT];
static size_t sizes[KEPT];

// The program itself (its name is empty), Swift's libraries, oneDNN and OpenMP; whatever else is in
// between does not matter.
static int note_ranges(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size, (void)unused;
    const char *name = info->dlpi_name;
    bool is_library = strstr(name, "libdnnl") || strstr(name, "libgomp");
    bool is_own = !name[0] || strstr(name, "libswift") || strstr(name, "libFoundation")
        || strstr(name, "libdispatch");
    if (!is_library && !is_own) return 0;
    for (int i = 0; i < info->dlpi_phnum && range_count < RANGES; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        ranges[range_count].start = start;
        ranges[range_count].is_library = is_library;
        ranges[range_count++].end = start + info->dlpi_phdr[i].p_memsz;
    }
    return 0;
}

static void count(size_t size) {
    if (!atomic_load_explicit(&counting, memory_order_relaxed) || inside) return;
    inside = 1;
    void *stack[DEPTH];
    int depth = backtrace(stack, DEPTH);
    bool in_library = false, is_known = false;
    // The nearest frame of either side decides: OpenMP also calls our loops, and oneDNN the C++ library.
    for (int i = 1; i < depth && !is_known; i++) {
        uintptr_t address = (uintptr_t)stack[i];
        for (int j = 0; j < range_count && !is_known; j++) {
            is_known = address >= ranges[j].start && address < ranges[j].end;
            in_library = is_known && ranges[j].is_library;
        }
    }
    if (in_library) {
        atomic_fetch_add(&library_count, 1);
        atomic_fetch_add(&library_bytes, (long)size);
    } else {
        long number = atomic_fetch_add(&own_count, 1);
        atomic_fetch_add(&own_bytes, (long)size);
        if (number < KEPT) {
            memcpy(stacks[number], stack, sizeof stack);
            depths[number] = depth;
            sizes[number] = size;
        }
    }
    inside = 0;
}

void *malloc(size_t size) { count(size); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { count(number * size); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { count(size); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
    count(size);
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : 12;
}

static void begin(int signal) {
    (void)signal;
    range_count = 0;
    dl_iterate_phdr(note_ranges, NULL);
    own_count = library_count = own_bytes = library_bytes = 0;
    counting = 1;
}

static void report(int signal) {
    (void)signal;
    counting = 0;
    const char *path = getenv("THAW_ALLOCATIONS");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) : 2;
    dprintf(file, "%ld %ld", (long)own_count, (long)own_bytes);
    dprintf(file, " %ld %ld\n", (long)library_count, (long)library_bytes);
    inside = 1;
    for (int i = 0; i < KEPT && i < own_count; i++) {
        dprintf(file, "allocation %d of %zu bytes\n", i, sizes[i]);
        backtrace_symbols_fd(stacks[i] + 2, depths[i] - 2, file);
    }
    inside = 0;
    if (path) close(file);
}

__attribute__((constructor)) static void install(void) {
    void *stack[4];
    inside = 1;
    backtrace(stack, 4);  // loads libgcc now rather than in the middle of counting
    inside = 0;
    signal(SIGUSR1, begin);
    signal(SIGUSR2, report);
}
