// Counts what a process takes from malloc, by standing in its place. On Linux with glibc; elsewhere it counts nothing.
#ifndef THAW_MEMORY_METER_H
#define THAW_MEMORY_METER_H

#include <stddef.h>

/// Whether anything is counted.
int thaw_memory_meter_works(void);
/// Starts to look for the peak anew.
void thaw_memory_meter_reset(void);
/// The most bytes in use since the last reset, beyond those that were in use then; also what a request for more would have
/// taken that was refused.
size_t thaw_memory_meter_peak(void);
/// The most bytes that one request is given; more is refused.
void thaw_memory_meter_limit(size_t bytes);

#endif
