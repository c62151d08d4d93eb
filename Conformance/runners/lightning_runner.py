#!/usr/bin/env python3
"""Runs the cases on Lightning with BackboneFinetuning(train_bn=False).

The callback freezes the attribute `backbone` before training. A step `freeze` calls its hook `freeze_before_training` and gives the
callback to every Trainer from then on; `unfreeze` calls `unfreeze_and_add_param_group`, as the callback does when its
epoch has come. The optimizer is what Lightning's documentation shows: all parameters outside the backbone while it is frozen.
"""

import logging
import os
import warnings

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.filterwarnings("ignore")

import lightning.pytorch as lightning  # noqa: E402
import suite  # noqa: E402
import torch  # noqa: E402
from lightning.pytorch.callbacks import BackboneFinetuning  # noqa: E402
from torch_runner import TorchLibrary  # noqa: E402

# Importing it sets the levels.
for name in ("lightning.pytorch", "lightning.pytorch.utilities.rank_zero"):
    logging.getLogger(name).setLevel(logging.ERROR)


def make_callback():
    # The epoch never comes; the cases unfreeze by themselves.
    return BackboneFinetuning(unfreeze_backbone_at_epoch=10**6, train_bn=False)


class Module(lightning.LightningModule):
    def __init__(self, library):
        super().__init__()
        self.library = library
        self.layers = library.model
        # What the callback wants.
        self.backbone = self.layers.backbone

    def training_step(self, batch, index):
        x, y = batch
        loss = torch.nn.functional.mse_loss(self.library.forward(x), y)
        self.library.loss = loss.item()
        return loss

    def configure_optimizers(self):
        return self.library.fitted_optimizer()


class LightningLibrary(TorchLibrary):
    name = "Lightning BackboneFinetuning(train_bn=False)"
    versions = {"torch": torch.__version__, "lightning": lightning.__version__}
    idioms = {
        "freeze": "`BackboneFinetuning(unfreeze_backbone_at_epoch=..., train_bn=False)` among the Trainer's callbacks; "
                  "it freezes when fit begins",
        "unfreeze": "`BackboneFinetuning.unfreeze_and_add_param_group(module.backbone, optimizer, lr, train_bn=False)`, which the "
                    "callback calls when its epoch has come",
        "compile": "`configure_optimizers`: all parameters, or those outside the backbone while that is frozen",
        "train": "`Trainer.fit`",
        "predict": "`module.eval()` or `module.train()`, then a call without gradients",
        "save, load": "the checkpoint's `state_dict`, loaded into the module that the program makes",
    }

    def build(self, net, weights, training):
        if training.get("clearsGradients"):
            raise suite.NotApplicable("Trainer clears gradients itself, by removing them")
        self.is_frozen = self.was_unfrozen = self.was_loaded_frozen = False
        self.optimizer = None
        super().build(net, weights, training)
        self.pl_module = Module(self)

    def compile(self, keeps_optimizer):
        if self.was_loaded_frozen:
            raise suite.NotApplicable("what is frozen is said by the program, in the Trainer's callbacks, not by the file")
        if keeps_optimizer and self.is_frozen:
            raise suite.NotApplicable(
                "the callback freezes when fit begins, and each fit makes a new optimizer; there is none to keep")
        # The callback unfreezes in the middle of a fit, whose optimizer goes on.
        if not keeps_optimizer and not self.was_unfrozen:
            self.optimizer = None

    def fitted_optimizer(self):
        if self.optimizer is None:
            self.optimizer = self.make_optimizer(self.head() if self.is_frozen else self.model.parameters())
        return self.optimizer

    def head(self):
        return [value for name, value in self.model.named_parameters() if not name.startswith("backbone.")]

    def freeze(self, layer):
        if layer != "backbone":
            raise suite.NotApplicable("the callback freezes the attribute backbone, as a whole")
        make_callback().freeze_before_training(self.pl_module)
        # It takes effect in the next fit, which makes a new optimizer.
        self.is_frozen, self.was_unfrozen, self.optimizer = True, False, None

    def unfreeze(self, layer, keeps_normalization_frozen):
        if layer != "backbone":
            raise suite.NotApplicable("the callback unfreezes the attribute backbone, as a whole")
        BackboneFinetuning.unfreeze_and_add_param_group(
            self.pl_module.backbone, self.fitted_optimizer(), self.training["optimizer"]["learningRate"],
            train_bn=not keeps_normalization_frozen)
        self.is_frozen, self.was_unfrozen = False, True

    def train(self, x, y, steps):
        x, y = torch.from_numpy(x.astype("float32")), torch.from_numpy(y.astype("float32"))
        data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=len(x))
        self.pl_module.train()
        lightning.Trainer(
            max_epochs=steps, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False,
            enable_progress_bar=False, enable_model_summary=False,
            callbacks=[make_callback()] if self.is_frozen else []).fit(self.pl_module, data)
        return self.loss

    def trainable(self):
        self.fitted_optimizer()
        return super().trainable()

    def load(self, folder):
        super().load(folder)
        self.pl_module = Module(self)
        self.was_loaded_frozen, self.is_frozen, self.optimizer = self.is_frozen, False, None


if __name__ == "__main__":
    suite.main(LightningLibrary, LightningLibrary)
