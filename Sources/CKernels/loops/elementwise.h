// Elementwise programs: block by block, all instructions over one block before the next.

typedef struct {
    const elementwise_plan *plan;
    float *slots;    // scratch
    double *sums;
} elementwise_worker;

static elementwise_worker make_worker(const elementwise_plan *plan, int32_t index) {
    char *base = (char *)plan->program->scratch + index * plan->blocks.thread_bytes;
    float *slots = (float *)(void *)base;
    return (elementwise_worker){
        plan, slots, (double *)(void *)(slots + plan->program->slot_count * plan->blocks.slot_stride)};
}

// Fills the slots of inputs that look the same in every block.
static void prepare_slots(const elementwise_worker *worker, float **slots) {
    const elementwise_plan *plan = worker->plan;
    const thaw_elementwise *program = plan->program;
    const thaw_block_plan *blocks = &plan->blocks;
    for (int32_t s = 0; s < program->slot_count; s++) slots[s] = worker->slots + s * blocks->slot_stride;
    for (int32_t i = 0; i < program->input_count; i++) {
        const thaw_input *input = &program->inputs[i];
        if (plan->spread[i] == THAW_SCALAR) {
            const vec value = splat(element_of(input, 0));
            for (int64_t k = 0; k < blocks->capacity; k += LANES) store(slots[i] + k, value);
        } else if (plan->spread[i] == THAW_ROW && blocks->block_rows > 0) {
            // Rows one after the other; each copy's padding is overwritten by the next.
            int64_t rows = thaw_minimum(blocks->block_rows, blocks->rows);
            convert_input(slots[i], input, 0, blocks->columns);
            for (int64_t r = 1; r < rows; r++) {
                copy_padded(slots[i] + r * blocks->columns, slots[i], blocks->columns);
            }
        }
    }
}

// The inputs' part of one block: `count` values from `offset`, beginning at a row and a column.
static void bring_inputs(
    const elementwise_plan *plan, float **slots, float *scratch, int64_t row, int64_t column, int64_t rows,
    int64_t count
) {
    const thaw_elementwise *program = plan->program;
    const thaw_block_plan *blocks = &plan->blocks;
    const bool ragged = count % THAW_PADDING != 0;
    const int64_t offset = row * blocks->columns + column;
    for (int32_t i = 0; i < program->input_count; i++) {
        const thaw_input *input = &program->inputs[i];
        const uint8_t spread = plan->spread[i];
        if (spread == THAW_FULL || (spread == THAW_ROW && blocks->block_rows == 0)) {
            int64_t from = spread == THAW_FULL ? offset : column;
            if (input->type == THAW_FLOAT32 && !ragged) {
                // Read in place; instructions never write to an input's slot.
                slots[i] = (float *)(uintptr_t)((const float *)input->data + from);
            } else {
                slots[i] = scratch + i * blocks->slot_stride;
                convert_input(slots[i], input, from, count);
            }
        } else if (spread == THAW_COLUMN) {
            const int64_t width = blocks->block_rows > 0 ? blocks->columns : count;
            for (int64_t r = 0; r < rows; r++) {
                const vec value = splat(element_of(input, row + r));
                float *destination = slots[i] + r * width;
                for (int64_t k = 0; k < width; k += LANES) store(destination + k, value);
            }
        }
    }
}

// The sums of one block. Rows cut into chunks add up in the thread's sums until their last chunk.
static void add_sums(
    const elementwise_worker *worker, float *const *slots, int64_t row, int64_t column, int64_t rows,
    int64_t count
) {
    const thaw_elementwise *program = worker->plan->program;
    const thaw_block_plan *blocks = &worker->plan->blocks;
    const bool whole_rows = blocks->block_rows > 0;
    for (int32_t i = 0; i < program->output_count; i++) {
        const thaw_output *output = &program->outputs[i];
        const float *slot = slots[output->slot];
        double *sums = worker->sums + worker->plan->first_sum[i];
        float *result = output->data;
        if (output->kind == THAW_SUM_ALL) {
            sums[0] += (double)sum_of_values(slot, count);
        } else if (output->kind == THAW_SUM_ROWS) {
            if (whole_rows) {
                add_column_sums(sums, slot, rows, blocks->columns);
            } else {
                add_column_sums(sums + column, slot, 1, count);
            }
        } else if (output->kind == THAW_SUM_COLUMNS && whole_rows) {
            for (int64_t r = 0; r < rows; r++) {
                result[row + r] = output->factor * sum_of_values(slot + r * blocks->columns, blocks->columns);
            }
        } else if (output->kind == THAW_SUM_COLUMNS) {
            sums[0] = (column == 0 ? 0.0 : sums[0]) + (double)sum_of_values(slot, count);
            if (column + count == blocks->columns) result[row] = (float)(sums[0] * (double)output->factor);
        }
    }
}

static void store_block(const elementwise_plan *plan, float *const *slots, int64_t offset, int64_t count) {
    const thaw_elementwise *program = plan->program;
    // An input's values first: another output may lie on them.
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < program->output_count; i++) {
            const thaw_output *output = &program->outputs[i];
            const bool first = output->slot < program->input_count;
            if (output->kind != THAW_STORE || first != (pass == 0)) continue;
            const float *slot = slots[output->slot];
            if (output->type == THAW_FLOAT32 && slot == (const float *)output->data + offset) continue;
            store_output(output, slot, offset, count);
        }
    }
}

static void run_blocks(const elementwise_worker *worker, int64_t first, int64_t end) {
    const elementwise_plan *plan = worker->plan;
    const thaw_elementwise *program = plan->program;
    const thaw_block_plan *blocks = &plan->blocks;
    for (int64_t i = 0; i < blocks->sums; i++) worker->sums[i] = 0;
    if (first >= end) return;
    float *slots[THAW_MAXIMUM_SLOTS];
    prepare_slots(worker, slots);
    int64_t chunk_row = blocks->block_rows > 0 ? 0 : first / blocks->chunks;
    int64_t chunk = blocks->block_rows > 0 ? 0 : first % blocks->chunks;
    for (int64_t block = first; block < end; block++) {
        int64_t row, column = 0, rows = 1, count;
        if (blocks->block_rows > 0) {
            row = block * blocks->block_rows;
            rows = thaw_minimum(blocks->block_rows, blocks->rows - row);
            count = rows * blocks->columns;
        } else {
            row = chunk_row;
            column = chunk * THAW_BLOCK;
            count = thaw_minimum(THAW_BLOCK, blocks->columns - column);
            if (++chunk == blocks->chunks) {
                chunk = 0;
                chunk_row++;
            }
        }
        const int64_t offset = row * blocks->columns + column;
        bring_inputs(plan, slots, worker->slots, row, column, rows, count);
        const bool ragged = count % THAW_PADDING != 0;
        for (int32_t s = program->input_count; s < program->slot_count; s++) {
            slots[s] = plan->direct[s] && !ragged ? plan->direct[s] + offset
                                                  : worker->slots + s * blocks->slot_stride;
        }
        run_instructions(
            program->instructions, program->instruction_count, slots, thaw_round_up(count, THAW_PADDING));
        if (blocks->sums > 0) add_sums(worker, slots, row, column, rows, count);
        store_block(plan, slots, offset, count);
    }
}

// Adds up the threads' sums in the order of threads.
static void finish_sums(const elementwise_plan *plan, int32_t threads) {
    const thaw_elementwise *program = plan->program;
    for (int32_t i = 0; i < program->output_count; i++) {
        const thaw_output *output = &program->outputs[i];
        if (output->kind != THAW_SUM_ALL && output->kind != THAW_SUM_ROWS) continue;
        const int64_t count = output->kind == THAW_SUM_ALL ? 1 : plan->blocks.columns;
        float *result = output->data;
        for (int64_t k = 0; k < count; k++) {
            double total = 0;
            for (int32_t t = 0; t < threads; t++) total += make_worker(plan, t).sums[plan->first_sum[i] + k];
            result[k] = (float)(total * (double)output->factor);
        }
    }
}

static void elementwise_part(void *context, int32_t index, int32_t count) {
    const elementwise_plan *plan = context;
    // A row's sum must not be divided between threads.
    int64_t grain = plan->blocks.block_rows == 0 && plan->sums_columns ? plan->blocks.chunks : 1;
    thaw_range range = thaw_partition(plan->blocks.blocks, grain, index, count);
    elementwise_worker worker = make_worker(plan, index);
    run_blocks(&worker, range.begin, range.end);
}

static void elementwise_on_threads(const thaw_elementwise *program, int32_t threads) {
    elementwise_plan plan;
    make_plan(&plan, program);
    if (threads < 2) {
        elementwise_worker worker = make_worker(&plan, 0);
        run_blocks(&worker, 0, plan.blocks.blocks);
    } else {
        thaw_parallel(elementwise_part, &plan, threads);
    }
    if (plan.blocks.sums > 0) finish_sums(&plan, threads < 2 ? 1 : threads);
}

static void elementwise_run(void *context) {
    const thaw_elementwise *program = context;
    elementwise_on_threads(program, program->threads);
}
