// A narrow shim over libhdf5 that writes files in memory, as Keras and h5py write them: superblock 0, old groups, datasets in
// one piece. libhdf5 hides its types behind globals and macros that Swift does not import.
//
// Functions that return int32_t return 0, or -1 when libhdf5 refused; thaw_hdf5_message then says why. Not thread-safe: one
// call at a time in a process. Paths lead from the root and have no empty parts; groups in front of the last part are made.
#ifndef THAW_HDF5_H
#define THAW_HDF5_H

#include <stddef.h>
#include <stdint.h>

typedef struct thaw_hdf5_file thaw_hdf5_file;

/// Types of elements, little-endian.
enum {
    THAW_HDF5_FLOAT16 = 0,
    THAW_HDF5_FLOAT32,
    THAW_HDF5_FLOAT64,
    THAW_HDF5_INT32,
    THAW_HDF5_INT64,
    THAW_HDF5_UINT8,
    THAW_HDF5_BOOL,       // h5py's: an enumeration of FALSE and TRUE
    THAW_HDF5_OPAQUE16    // two bytes, as h5py stores a bfloat16
};

/// A new, empty file in memory; NULL when libhdf5 refused.
thaw_hdf5_file *thaw_hdf5_create(void);

/// Makes a group.
int32_t thaw_hdf5_group(thaw_hdf5_file *file, const char *path);

/// Writes a dataset of `rank` extents. `data` is row-major and has all elements.
int32_t thaw_hdf5_dataset(
    thaw_hdf5_file *file, const char *path, int32_t type, int32_t rank, const int64_t *extents, const void *data);

/// Writes an attribute of numbers of the object at `path`, "/" for the root.
int32_t thaw_hdf5_attribute(
    thaw_hdf5_file *file, const char *path, const char *name, int32_t type, int32_t rank, const int64_t *extents,
    const void *data);

/// Writes an attribute that is one text of variable length, in UTF-8.
int32_t thaw_hdf5_text(thaw_hdf5_file *file, const char *path, const char *name, const char *text);

/// Writes an attribute that is a list of `count` texts of `width` bytes each, padded with zeros.
int32_t thaw_hdf5_texts(
    thaw_hdf5_file *file, const char *path, const char *name, int64_t count, int64_t width, const char *texts);

/// The size of the whole file in bytes; -1 when libhdf5 refused.
int64_t thaw_hdf5_image_size(thaw_hdf5_file *file);

/// Copies the whole file into `target`, which has `size` bytes.
int32_t thaw_hdf5_image(thaw_hdf5_file *file, void *target, int64_t size);

/// Frees the file; NULL is allowed.
void thaw_hdf5_close(thaw_hdf5_file *file);

/// Why the last call failed, in libhdf5's words; empty when it has none.
const char *thaw_hdf5_message(void);

#endif
