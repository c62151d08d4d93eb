// How an elementwise program is cut into blocks, and what scratch memory that takes.
#ifndef THAW_ELEMENTWISE_SCRATCH_H
#define THAW_ELEMENTWISE_SCRATCH_H

#include "kernel_support.h"

enum {
    THAW_BLOCK = 1024,        // values in a block, so that a dozen slots fit the first-level cache
    THAW_LARGEST_BLOCK = 2048,
    THAW_PADDING = 16         // the widest vector: blocks are computed in multiples of it
};

/// The iteration space after what broadcasts nothing has been flattened, and its blocks.
typedef struct {
    int64_t rows, columns;
    int64_t block_rows;       // whole rows in a block, or 0 when a row is cut into chunks
    int64_t chunks;           // chunks in a row, when block_rows is 0
    int64_t blocks;           // blocks altogether
    int64_t capacity;         // values a slot has room for
    int64_t slot_stride;      // distance of slots in scratch memory, in floats
    int64_t sums;             // doubles of sums for each thread
    int64_t thread_bytes;     // scratch bytes for each thread
} thaw_block_plan;

/// A ROW of a single row is as good as FULL, and so on.
static inline uint8_t thaw_effective_spread(uint8_t spread, int64_t rows, int64_t columns) {
    if (spread == THAW_ROW) return rows == 1 ? THAW_FULL : (columns == 1 ? THAW_SCALAR : THAW_ROW);
    if (spread == THAW_COLUMN) return columns == 1 ? THAW_FULL : (rows == 1 ? THAW_SCALAR : THAW_COLUMN);
    return spread;
}

static inline thaw_block_plan thaw_plan_blocks(const thaw_elementwise *program) {
    thaw_block_plan plan = {.rows = program->rows, .columns = program->columns};
    bool flat = true;
    for (int32_t i = 0; i < program->input_count; i++) {
        uint8_t spread = thaw_effective_spread(program->inputs[i].spread, plan.rows, plan.columns);
        if (spread == THAW_ROW || spread == THAW_COLUMN) flat = false;
    }
    for (int32_t i = 0; i < program->output_count; i++) {
        switch (program->outputs[i].kind) {
        case THAW_SUM_ROWS:
            flat = false;
            plan.sums += plan.columns;
            break;
        case THAW_SUM_COLUMNS:
            flat = false;
            plan.sums += 1;
            break;
        case THAW_SUM_ALL: plan.sums += 1; break;
        default: break;
        }
    }
    if (flat) {
        plan.rows *= plan.columns;
        plan.columns = 1;
    }
    if (plan.columns <= THAW_BLOCK) {
        // Rows are taken in a number that makes whole vectors, if that is not too many.
        int64_t columns = plan.columns > 0 ? plan.columns : 1;
        int64_t aligned = THAW_PADDING;
        for (int64_t width = columns; aligned > 1 && width % 2 == 0; width /= 2) aligned /= 2;
        int64_t rows = THAW_BLOCK / columns;
        if (rows >= aligned) {
            rows -= rows % aligned;
        } else if (aligned * columns <= THAW_LARGEST_BLOCK) {
            rows = aligned;
        }
        plan.block_rows = rows;
        plan.blocks = (plan.rows + rows - 1) / rows;
        plan.capacity = thaw_minimum(rows, plan.rows) * columns;
    } else {
        plan.chunks = (plan.columns + THAW_BLOCK - 1) / THAW_BLOCK;
        plan.blocks = plan.rows * plan.chunks;
        plan.capacity = THAW_BLOCK;
    }
    plan.capacity = thaw_round_up(plan.capacity, THAW_PADDING);
    plan.slot_stride = plan.capacity + THAW_PADDING;
    const int64_t slot_bytes = program->slot_count * plan.slot_stride * (int64_t)sizeof(float);
    plan.thread_bytes = thaw_round_up(slot_bytes + plan.sums * (int64_t)sizeof(double), 128);
    return plan;
}

#endif
