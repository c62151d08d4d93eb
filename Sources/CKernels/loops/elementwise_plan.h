// Which slots live where: in scratch memory, or directly in an input's or an output's memory.

enum { NO_OUTPUT = -1 };

typedef struct {
    const thaw_elementwise *program;
    thaw_block_plan blocks;
    uint8_t spread[THAW_MAXIMUM_SLOTS];        // of each input
    float *direct[THAW_MAXIMUM_SLOTS];         // an output's memory that a slot may be computed in, or null
    int64_t first_sum[THAW_MAXIMUM_SLOTS * 2]; // of each output, among the thread's sums
    bool sums_columns;
} elementwise_plan;

static bool is_full_float(const elementwise_plan *plan, int32_t input) {
    return plan->spread[input] == THAW_FULL && plan->program->inputs[input].type == THAW_FLOAT32;
}

// Whether `output` may be computed in place. Where it lies on an input, every reader of that input must
// have run when the slot is written first.
static bool may_be_direct(const elementwise_plan *plan, const thaw_output *output) {
    const thaw_elementwise *program = plan->program;
    int32_t first_write = 0;
    while (first_write < program->instruction_count
        && program->instructions[first_write].destination != output->slot) {
        first_write++;
    }
    for (int32_t i = 0; i < program->input_count; i++) {
        if (program->inputs[i].data != output->data) continue;
        if (!is_full_float(plan, i)) return false;
        for (int32_t k = first_write + 1; k < program->instruction_count; k++) {
            const thaw_instruction *later = &program->instructions[k];
            if (later->operation == THAW_OP_CONSTANT) continue;
            if (later->a == i || (later->operation >= THAW_OP_ADD && later->b == i)
                || (later->operation >= THAW_OP_SELECT && later->c == i)) {
                return false;
            }
        }
        for (int32_t k = 0; k < program->output_count; k++) {
            if (program->outputs[k].slot == i) return false;
        }
    }
    return true;
}

static void make_plan(elementwise_plan *plan, const thaw_elementwise *program) {
    plan->program = program;
    plan->blocks = thaw_plan_blocks(program);
    plan->sums_columns = false;
    for (int32_t i = 0; i < program->input_count; i++) {
        plan->spread[i] = thaw_effective_spread(program->inputs[i].spread, program->rows, program->columns);
    }
    for (int32_t s = 0; s < program->slot_count; s++) plan->direct[s] = NULL;
    int64_t next_sum = 0;
    for (int32_t i = 0; i < program->output_count; i++) {
        const thaw_output *output = &program->outputs[i];
        if (output->kind == THAW_STORE) {
            if (output->type == THAW_FLOAT32 && output->slot >= program->input_count
                && !plan->direct[output->slot] && may_be_direct(plan, output)) {
                plan->direct[output->slot] = output->data;
            }
            continue;
        }
        if (output->kind == THAW_SUM_COLUMNS) plan->sums_columns = true;
        plan->first_sum[i] = next_sum;
        next_sum += output->kind == THAW_SUM_ROWS ? plan->blocks.columns : 1;
    }
}

// Brings `count` elements of an input of any type into a slot, padded to whole vectors.
static void convert_input(float *slot, const thaw_input *input, int64_t offset, int64_t count) {
    if (input->type == THAW_FLOAT32) {
        copy_padded(slot, (const float *)input->data + offset, count);
        return;
    }
    int64_t padded = thaw_round_up(count, THAW_PADDING);
    if (input->type == THAW_INT32) {
        const int32_t *source = (const int32_t *)input->data + offset;
        for (int64_t i = 0; i < count; i++) slot[i] = (float)source[i];
    } else {
        const uint8_t *source = (const uint8_t *)input->data + offset;
        for (int64_t i = 0; i < count; i++) slot[i] = (float)source[i];
    }
    for (int64_t i = count; i < padded; i++) slot[i] = 0;
}

static float element_of(const thaw_input *input, int64_t index) {
    switch (input->type) {
    case THAW_INT32: return (float)((const int32_t *)input->data)[index];
    case THAW_UINT8: return (float)((const uint8_t *)input->data)[index];
    default: return ((const float *)input->data)[index];
    }
}

// Stores `count` values of a slot as the output's type: integers truncate toward zero and saturate, a
// NaN becomes 0.
static void store_output(const thaw_output *output, const float *slot, int64_t offset, int64_t count) {
    if (output->type == THAW_FLOAT32) {
        copy_exact((float *)output->data + offset, slot, count);
    } else if (output->type == THAW_INT32) {
        int32_t *destination = (int32_t *)output->data + offset;
        for (int64_t i = 0; i < count; i++) {
            float value = slot[i] != slot[i] ? 0.0f : slot[i];
            value = value < -2147483648.0f ? -2147483648.0f : value;
            destination[i] = value >= 2147483648.0f ? INT32_MAX : (int32_t)value;
        }
    } else {
        uint8_t *destination = (uint8_t *)output->data + offset;
        for (int64_t i = 0; i < count; i++) {
            float value = slot[i] > 0.0f ? slot[i] : 0.0f;
            destination[i] = (uint8_t)(int32_t)(value > 255.0f ? 255.0f : value);
        }
    }
}
