#include "thaw_hdf5.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thaw_hdf5_file {
    hid_t file;
    // Makes the groups in front of a path's last part.
    hid_t creating;
    // Keeps no times, so that the same contents give the same bytes.
    hid_t timeless;
};

static char message[256];

const char *thaw_hdf5_message(void) { return message; }

// The innermost error comes first.
static herr_t keep_first(unsigned number, const H5E_error2_t *error, void *unused) {
    (void)unused;
    if (number == 0 && error->desc) snprintf(message, sizeof message, "%s", error->desc);
    return 0;
}

static int32_t failed(void) {
    message[0] = 0;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, NULL);
    H5Eclear2(H5E_DEFAULT);
    return -1;
}

thaw_hdf5_file *thaw_hdf5_create(void) {
    // Errors are returned and not printed.
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    thaw_hdf5_file *result = calloc(1, sizeof *result);
    if (!result) return NULL;
    result->file = result->creating = result->timeless = H5I_INVALID_HID;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    // In memory, growing by 1 MiB, and never written to a disk.
    if (access >= 0 && H5Pset_fapl_core(access, 1 << 20, 0) >= 0)
        result->file = H5Fcreate("thaw", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    result->creating = H5Pcreate(H5P_LINK_CREATE);
    result->timeless = H5Pcreate(H5P_DATASET_CREATE);
    int ready = result->file >= 0 && result->creating >= 0 && result->timeless >= 0
        && H5Pset_obj_track_times(result->timeless, 0) >= 0
        && H5Pset_create_intermediate_group(result->creating, 1) >= 0
        && H5Pset_char_encoding(result->creating, H5T_CSET_UTF8) >= 0;
    if (!ready) failed();
    if (access >= 0) H5Pclose(access);
    if (ready) return result;
    thaw_hdf5_close(result);
    return NULL;
}

void thaw_hdf5_close(thaw_hdf5_file *file) {
    if (!file) return;
    if (file->creating >= 0) H5Pclose(file->creating);
    if (file->timeless >= 0) H5Pclose(file->timeless);
    if (file->file >= 0) H5Fclose(file->file);
    free(file);
}

int32_t thaw_hdf5_group(thaw_hdf5_file *file, const char *path) {
    hid_t group = H5Gcreate2(file->file, path, file->creating, H5P_DEFAULT, H5P_DEFAULT);
    if (group < 0) return failed();
    return H5Gclose(group) < 0 ? failed() : 0;
}

// IEEE 754 binary16, which libhdf5 has no name for before 1.14.4.
static hid_t half(void) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    if (type < 0) return type;
    if (H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0 && H5Tset_ebias(type, 15) >= 0)
        return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

static hid_t boolean(void) {
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    if (type < 0) return type;
    const signed char no = 0, yes = 1;
    if (H5Tenum_insert(type, "FALSE", &no) >= 0 && H5Tenum_insert(type, "TRUE", &yes) >= 0) return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

static hid_t element(int32_t kind) {
    switch (kind) {
    case THAW_HDF5_FLOAT16: return half();
    case THAW_HDF5_FLOAT32: return H5Tcopy(H5T_IEEE_F32LE);
    case THAW_HDF5_FLOAT64: return H5Tcopy(H5T_IEEE_F64LE);
    case THAW_HDF5_INT32: return H5Tcopy(H5T_STD_I32LE);
    case THAW_HDF5_INT64: return H5Tcopy(H5T_STD_I64LE);
    case THAW_HDF5_UINT8: return H5Tcopy(H5T_STD_U8LE);
    case THAW_HDF5_BOOL: return boolean();
    case THAW_HDF5_OPAQUE16: return H5Tcreate(H5T_OPAQUE, 2);
    default: return H5I_INVALID_HID;
    }
}

static hid_t space_of(int32_t rank, const int64_t *extents) {
    if (rank < 0 || rank > H5S_MAX_RANK) return H5I_INVALID_HID;
    if (rank == 0) return H5Screate(H5S_SCALAR);
    hsize_t sizes[H5S_MAX_RANK];
    for (int32_t axis = 0; axis < rank; axis++) sizes[axis] = (hsize_t)extents[axis];
    return H5Screate_simple(rank, sizes, NULL);
}

static int is_empty(int32_t rank, const int64_t *extents) {
    for (int32_t axis = 0; axis < rank; axis++)
        if (extents[axis] == 0) return 1;
    return 0;
}

int32_t thaw_hdf5_dataset(
    thaw_hdf5_file *file, const char *path, int32_t kind, int32_t rank, const int64_t *extents, const void *data) {
    hid_t type = element(kind), space = space_of(rank, extents), dataset = H5I_INVALID_HID;
    int good = type >= 0 && space >= 0;
    if (good) {
        dataset = H5Dcreate2(file->file, path, type, space, file->creating, file->timeless, H5P_DEFAULT);
        good = dataset >= 0;
    }
    if (good && !is_empty(rank, extents))
        good = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    if (!good) failed();
    if (dataset >= 0) H5Dclose(dataset);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return good ? 0 : -1;
}

// Takes `type` and `space` over.
static int32_t write_attribute(
    thaw_hdf5_file *file, const char *path, const char *name, hid_t type, hid_t space, const void *data) {
    hid_t attribute = H5I_INVALID_HID, naming = H5Pcreate(H5P_ATTRIBUTE_CREATE);
    int good = type >= 0 && space >= 0 && naming >= 0 && H5Pset_char_encoding(naming, H5T_CSET_UTF8) >= 0;
    if (good) {
        attribute =
            H5Acreate_by_name(file->file, path, name, type, space, naming, H5P_DEFAULT, H5P_DEFAULT);
        good = attribute >= 0;
    }
    if (good && data) good = H5Awrite(attribute, type, data) >= 0;
    if (!good) failed();
    if (attribute >= 0) H5Aclose(attribute);
    if (naming >= 0) H5Pclose(naming);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return good ? 0 : -1;
}

int32_t thaw_hdf5_attribute(
    thaw_hdf5_file *file, const char *path, const char *name, int32_t type, int32_t rank, const int64_t *extents,
    const void *data) {
    const void *contents = is_empty(rank, extents) ? NULL : data;
    return write_attribute(file, path, name, element(type), space_of(rank, extents), contents);
}

int32_t thaw_hdf5_text(thaw_hdf5_file *file, const char *path, const char *name, const char *text) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0) {
        H5Tset_size(type, H5T_VARIABLE);
        H5Tset_cset(type, H5T_CSET_UTF8);
    }
    return write_attribute(file, path, name, type, H5Screate(H5S_SCALAR), &text);
}

int32_t thaw_hdf5_texts(
    thaw_hdf5_file *file, const char *path, const char *name, int64_t count, int64_t width, const char *texts) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0) {
        H5Tset_size(type, (size_t)(width > 0 ? width : 1));
        H5Tset_strpad(type, H5T_STR_NULLPAD);
        H5Tset_cset(type, H5T_CSET_UTF8);
    }
    return write_attribute(file, path, name, type, space_of(1, &count), count > 0 ? texts : NULL);
}

int64_t thaw_hdf5_image_size(thaw_hdf5_file *file) {
    if (H5Fflush(file->file, H5F_SCOPE_GLOBAL) < 0) return failed();
    ssize_t size = H5Fget_file_image(file->file, NULL, 0);
    return size < 0 ? failed() : size;
}

int32_t thaw_hdf5_image(thaw_hdf5_file *file, void *target, int64_t size) {
    return H5Fget_file_image(file->file, target, (size_t)size) == size ? 0 : failed();
}
