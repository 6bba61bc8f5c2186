"""What `nox -s wheel` runs where nothing but torch and the wheel is installed."""

import torch

import ptnotes
from ptnotes.nn.boxes import generalized_box_iou, generalized_box_iou_reference

boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 3.0]])
operator = generalized_box_iou(boxes, boxes)
torch.testing.assert_close(operator, generalized_box_iou_reference(boxes, boxes))
print("the wheel works with torch", torch.__version__, "in", ptnotes.__file__)
