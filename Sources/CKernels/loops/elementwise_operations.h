// The operations of elementwise programs on whole blocks.

#define EACH(expression) \
    for (int64_t i = 0; i < count; i += LANES) { \
        const vec x = load(a + i); \
        store(d + i, expression); \
    } \
    break

#define EACH_PAIR(expression) \
    for (int64_t i = 0; i < count; i += LANES) { \
        const vec x = load(a + i), y = load(b + i); \
        store(d + i, expression); \
    } \
    break

#define EACH_TRIPLE(expression) \
    for (int64_t i = 0; i < count; i += LANES) { \
        const vec x = load(a + i), y = load(b + i), z = load(c + i); \
        store(d + i, expression); \
    } \
    break

#define TRUTH(mask) from_bits((mask) & as_bits(one))

// x ^ p for the exponents that multiplications or a root do exactly enough.
INLINE bool power_constant_simple(float *d, const float *a, float p, int64_t count) {
    const vec one = splat(1.0f);
    if (p == 2.0f) {
        for (int64_t i = 0; i < count; i += LANES) {
            vec x = load(a + i);
            store(d + i, x * x);
        }
    } else if (p == 1.0f) {
        for (int64_t i = 0; i < count; i += LANES) store(d + i, load(a + i));
    } else if (p == -1.0f) {
        for (int64_t i = 0; i < count; i += LANES) store(d + i, one / load(a + i));
    } else if (p == 3.0f) {
        for (int64_t i = 0; i < count; i += LANES) {
            vec x = load(a + i);
            store(d + i, x * x * x);
        }
    } else if (p == 0.5f) {
        // pow(-infinity, 0.5) is infinity, pow(-0, 0.5) is 0.
        for (int64_t i = 0; i < count; i += LANES) {
            vec x = load(a + i);
            vec root = absolute(__builtin_elementwise_sqrt(x));
            store(d + i, choose(x == splat(-INFINITY), splat(INFINITY), root));
        }
    } else {
        return false;
    }
    return true;
}

// Runs the instructions over blocks of `count` values, a multiple of 16. Destinations may be operands.
static void run_instructions(
    const thaw_instruction *instructions, int32_t instruction_count, float *const *slots, int64_t count
) {
    const vec zero = splat(0.0f), one = splat(1.0f);
    for (int32_t k = 0; k < instruction_count; k++) {
        const thaw_instruction *instruction = &instructions[k];
        float *d = slots[instruction->destination];
        const float *a = slots[instruction->a];
        const float *b = slots[instruction->operation >= THAW_OP_ADD ? instruction->b : 0];
        const float *c = slots[instruction->operation >= THAW_OP_SELECT ? instruction->c : 0];
        const vec p = splat(instruction->p0), q = splat(instruction->p1);
        switch (instruction->operation) {
        case THAW_OP_COPY: EACH(x);
        case THAW_OP_NEGATIVE: EACH(-x);
        case THAW_OP_ABSOLUTE: EACH(absolute(x));
        case THAW_OP_SIGN: EACH(choose(x > zero, one, choose(x < zero, -one, x)));
        case THAW_OP_RECIPROCAL: EACH(one / x);
        case THAW_OP_SQUARE: EACH(x * x);
        case THAW_OP_SQUARE_ROOT: EACH(__builtin_elementwise_sqrt(x));
        case THAW_OP_RECIPROCAL_SQUARE_ROOT: EACH(one / __builtin_elementwise_sqrt(x));
        case THAW_OP_EXPONENTIAL: EACH(exponential(x));
        case THAW_OP_LOGARITHM: EACH(logarithm(x));
        case THAW_OP_LOGARITHM_ONE_PLUS: EACH(logarithm_one_plus(x));
        case THAW_OP_TANH: EACH(hyperbolic_tangent(x));
        case THAW_OP_SIGMOID: EACH(sigmoid(x));
        case THAW_OP_ERF: EACH(error_function(x));
        case THAW_OP_FLOOR: EACH(__builtin_elementwise_floor(x));
        case THAW_OP_ROUND: EACH(__builtin_elementwise_rint(x));
        case THAW_OP_NOT: EACH(TRUTH(x == zero));
        case THAW_OP_SINE: EACH(sine_shifted(x, 0));
        case THAW_OP_COSINE: EACH(sine_shifted(x, 1));
        case THAW_OP_RELU: EACH(at_least(x, 0.0f));
        case THAW_OP_LEAKY_RELU: EACH(choose(x > zero, x, p * x));
        case THAW_OP_ELU: EACH(choose(x > zero, x, p * exponential_minus_one(x)));
        case THAW_OP_SELU: EACH(q * choose(x > zero, x, p * exponential_minus_one(x)));
        case THAW_OP_SOFTPLUS: EACH(softplus(x));
        case THAW_OP_SOFTSIGN:
            EACH(choose(absolute(x) == splat(INFINITY), with_sign_of(one, x), x / (one + absolute(x))));
        case THAW_OP_SWISH: EACH(swish(x));
        case THAW_OP_GELU: EACH(gelu(x));
        case THAW_OP_GELU_TANH: EACH(gelu_tanh(x));
        case THAW_OP_HARD_SIGMOID: EACH(clipped(x * splat(1.0f / 6.0f) + splat(0.5f), 0.0f, 1.0f));
        case THAW_OP_CLIP: EACH(clipped(x, instruction->p0, instruction->p1));
        case THAW_OP_POWER_CONSTANT:
            if (power_constant_simple(d, a, instruction->p0, count)) break;
            EACH(power(x, p));
        case THAW_OP_IS_FINITE: EACH(TRUTH(absolute(x) < splat(INFINITY)));
        case THAW_OP_AFFINE: EACH(x * p + q);
        case THAW_OP_CONSTANT:
            for (int64_t i = 0; i < count; i += LANES) store(d + i, p);
            break;
        case THAW_OP_ADD: EACH_PAIR(x + y);
        case THAW_OP_SUBTRACT: EACH_PAIR(x - y);
        case THAW_OP_MULTIPLY: EACH_PAIR(x * y);
        case THAW_OP_DIVIDE: EACH_PAIR(x / y);
        case THAW_OP_MAXIMUM: EACH_PAIR(maximum_or_nan(x, y));
        case THAW_OP_MINIMUM: EACH_PAIR(minimum_or_nan(x, y));
        case THAW_OP_POWER: EACH_PAIR(power(x, y));
        case THAW_OP_EQUAL: EACH_PAIR(TRUTH(x == y));
        case THAW_OP_NOT_EQUAL: EACH_PAIR(TRUTH(x != y));
        case THAW_OP_LESS: EACH_PAIR(TRUTH(x < y));
        case THAW_OP_LESS_EQUAL: EACH_PAIR(TRUTH(x <= y));
        case THAW_OP_GREATER: EACH_PAIR(TRUTH(x > y));
        case THAW_OP_GREATER_EQUAL: EACH_PAIR(TRUTH(x >= y));
        case THAW_OP_AND: EACH_PAIR(TRUTH((x != zero) & (y != zero)));
        case THAW_OP_OR: EACH_PAIR(TRUTH((x != zero) | (y != zero)));
        case THAW_OP_SIGMOID_CROSS_ENTROPY:
            EACH_PAIR(at_least(x, 0.0f) - x * y + logarithm_one_plus(exponential(-absolute(x))));
        case THAW_OP_SELECT: EACH_TRIPLE(choose(x != zero, y, z));
        case THAW_OP_MULTIPLY_ADD: EACH_TRIPLE(x * y + z);
        default: break;
        }
    }
}

#undef EACH
#undef EACH_PAIR
#undef EACH_TRIPLE
#undef TRUTH
