#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "inference.h"

// Read a tensor that Python wrote with torch.save, dense in memory.
at::Tensor read_batch(const std::string& path);

// Refuse a batch of another dtype or shape than the model was exported for.
void check_batch(const at::Tensor& batch, const Notes& notes);

// Write a tensor for Python's torch.load, in full precision.
void write_result(const at::Tensor& result, const std::string& path);

// Such as "float32 [3, 16]".
std::string describe(const at::Tensor& tensor);
