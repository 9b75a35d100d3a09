"""Contrastive training of the two towers by two processes, one core each.

usage: OMP_NUM_THREADS=1 train.py WORK SECONDS OUT.pt [START.pt]

Gradients are averaged in shared memory. With START the second phase follows: a short one on
unscaled photographs through the tower's softening average.
"""
import math
import os
import random
import sys
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

from model import FEATURES, VOCABULARY, ImageTower, TextTower
from quick_check import QuickCheck
from training_set import TrainingSet

WORLD, BATCH = 2, 128
SCALE_FIRST, SCALE_MAX = 12.0, 60.0
WEIGHT_DECAY, GRADIENT_NORM_MAX = 0.06, 5.0
SAVE_SECONDS = 200


class Phase:
    """The numbers in which the two phases differ. `done` is the share of the time that is spent."""

    def __init__(self, is_second):
        self.is_second = is_second
        self.rate = 6e-4 if is_second else 3e-3
        self.warm_up_steps = 20 if is_second else 200
        self.class_loss = 0.0 if is_second else 0.25
        self.average_max = 0.96 if is_second else 0.992

    def side(self, done):
        """Small images first: most of the steps at a third of the cost."""
        if self.is_second:
            return 64
        return 40 if done < 0.45 else 48 if done < 0.84 else 64

    def learning_rate(self, step, done):
        """A linear start, then a cosine."""
        start = min(1, (step + 1) / self.warm_up_steps)
        return self.rate * start * max(0.004, 0.5 * (1 + math.cos(math.pi * done)))


class Learner:
    """The towers of one process, the classifier that helps them in training, and the optimiser."""

    def __init__(self, state, classes, phase):
        self.image, self.text = ImageTower(), TextTower(VOCABULARY)
        self.image.load_state_dict(state["image"])
        self.text.load_state_dict(state["text"])
        self.image.softens = phase.is_second
        self.classifier = torch.nn.Linear(FEATURES, classes)
        self.classifier.load_state_dict(state["classifier"])
        self.log_scale = torch.nn.Parameter(torch.tensor(math.log(state.get("scale", SCALE_FIRST))))
        self.image = self.image.to(memory_format=torch.channels_last)
        self.phase = phase
        modules = (self.image, self.text, self.classifier)
        self.parameters = [p for module in modules for p in module.parameters()]
        self.parameters.append(self.log_scale)
        self.optimiser = self._make_optimiser()

    def _make_optimiser(self):
        not_decayed = {id(self.text.embedding.weight), id(self.log_scale)}
        decays = [p.ndim > 1 and id(p) not in not_decayed for p in self.parameters]
        groups = [
            {"params": [p for p, d in zip(self.parameters, decays) if d],
             "weight_decay": WEIGHT_DECAY},
            {"params": [p for p, d in zip(self.parameters, decays) if not d], "weight_decay": 0},
        ]
        return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98))

    def losses(self, images, ids, labels, classes):
        """(image to text, text to image, classifier), each with soft targets from the labels."""
        images = images.contiguous(memory_format=torch.channels_last)
        features = self.image.features(images)
        vectors = F.normalize(self.image.out(features), dim=1)
        texts = F.normalize(self.text(ids, drop=0.05), dim=1)
        logits = self.log_scale.exp().clamp(max=SCALE_MAX) * (vectors @ texts.T)
        to_text = labels / labels.sum(1, keepdim=True).clamp(min=1e-6)
        image_loss = -(to_text * logits.log_softmax(1)).sum(1).mean()
        used = labels.sum(0) > 0
        to_image = (labels[:, used] > 0).float()
        to_image = to_image / to_image.sum(0, keepdim=True)
        text_loss = -(to_image * logits[:, used].log_softmax(0)).sum(0).mean()
        class_loss = F.cross_entropy(self.classifier(features[:len(classes)]), classes,
                                     label_smoothing=0.05)
        return image_loss, text_loss, class_loss

    def backward(self, losses):
        image_loss, text_loss, class_loss = losses
        self.optimiser.zero_grad(set_to_none=True)
        (0.6 * image_loss + 0.4 * text_loss + self.phase.class_loss * class_loss).backward()

    def step(self, gradient, step, done):
        """Moves along one gradient for all parameters, [parameters]."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.phase.learning_rate(step, done)
        gradient.mul_(min(1.0, GRADIENT_NORM_MAX / (gradient.norm().item() + 1e-6)))
        start = 0
        for parameter in self.parameters:
            size = parameter.numel()
            parameter.grad.copy_(gradient[start:start + size].view(parameter.shape))
            start += size
        self.optimiser.step()


class SharedGradients:
    """Gradients of all processes in shared memory, and the share of the time that is spent."""

    def __init__(self, parameters):
        self._rows = torch.zeros(WORLD + 1, parameters).share_memory_()
        self._barrier = mp.Barrier(WORLD)

    def agree_on_time(self, rank, done):
        """The first process's clock decides for all."""
        if rank == 0:
            self._rows[WORLD, 0] = done
        self._barrier.wait()
        return self._rows[WORLD, 0].item()

    def average(self, rank, parameters):
        """Waits for all processes; the mean of their gradients, [parameters]."""
        start = 0
        for parameter in parameters:
            size = parameter.numel()
            self._rows[rank, start:start + size] = parameter.grad.reshape(-1)
            start += size
        self._barrier.wait()
        mean = self._rows[:WORLD, :start].sum(0) / WORLD
        self._barrier.wait()
        return mean


class MovingAverage:
    """Exponential moving average of the towers: what is saved."""

    def __init__(self, learner):
        self.image, self.text = ImageTower(), TextTower(VOCABULARY)
        self.image.softens = learner.image.softens
        self._pairs = ((self.image, learner.image), (self.text, learner.text))
        for average, tower in self._pairs:
            average.load_state_dict(tower.state_dict())
            average.eval()

    def update(self, step, most):
        keep = min(most, (1 + step) / (20 + step))
        with torch.no_grad():
            for average, tower in self._pairs:
                states = zip(average.state_dict().values(), tower.state_dict().values())
                for mean, value in states:
                    if mean.dtype.is_floating_point:
                        mean.mul_(keep).add_(value, alpha=1 - keep)
                    else:
                        mean.copy_(value)

    def save(self, path, step, scale):
        torch.save({"image": self.image.state_dict(), "text": self.text.state_dict(),
                    "step": step, "scale": scale, "seen": step * WORLD * BATCH}, path)


class Reporter:
    """Prints and saves from time to time, in the first process only."""

    def __init__(self, path, average, check):
        self._path, self._average, self._check = path, average, check
        self._losses, self._saved = [], 0.0

    def note(self, losses):
        self._losses.append([loss.item() for loss in losses])

    def say(self, step, elapsed, side, scale):
        means = " ".join(f"{mean:.3f}" for mean in np.mean(self._losses, 0))
        print(f"step {step} after {elapsed:.0f} s at {side} px: losses {means}, scale {scale:.1f}, "
              f"{WORLD * BATCH * step / elapsed:.0f} images/s", flush=True)
        self._losses = []
        if elapsed - self._saved > SAVE_SECONDS:
            self._saved = elapsed
            self.finish(step, scale)

    def finish(self, step, scale):
        self._average.save(self._path, step, scale)
        print("   ", self._check.run(self._average.image, self._average.text), flush=True)


def worker(rank, data, shared, state, options):
    """Trains until the time is over. options: seconds, path of the result, start time."""
    torch.set_num_threads(1)
    torch.manual_seed(rank)
    random.seed(rank)
    np.random.seed(rank)
    phase = Phase(data.is_second_phase)
    learner = Learner(state, len(data.class_names), phase)
    average = MovingAverage(learner)
    reporter = Reporter(options["path"], average, QuickCheck(data))
    step = 0
    while True:
        elapsed = time.time() - options["started"]
        done = shared.agree_on_time(rank, elapsed / options["seconds"])
        if done >= 1:
            break
        side = phase.side(done)
        with torch.no_grad():
            batch = data.batch(side)
        losses = learner.losses(*batch)
        learner.backward(losses)
        gradient = shared.average(rank, learner.parameters)
        learner.step(gradient, step, done)
        step += 1
        if rank != 0:
            continue
        reporter.note(losses)
        if step % 2 == 0:
            average.update(step, phase.average_max)
        if step % 50 == 0:
            reporter.say(step, elapsed, side, learner.log_scale.exp().item())
    if rank == 0:
        print("steps:", step, "images:", step * WORLD * BATCH)
        reporter.finish(step, learner.log_scale.exp().item())


def first_state(classes, start):
    """Random weights, or those of a first phase with a new classifier."""
    torch.manual_seed(0)
    image, text = ImageTower(), TextTower(VOCABULARY)
    classifier = torch.nn.Linear(FEATURES, classes)
    state = {"classifier": classifier.state_dict()}
    if start:
        saved = torch.load(start)
        return {**state, "image": saved["image"], "text": saved["text"], "scale": saved["scale"]}
    return {**state, "image": image.state_dict(), "text": text.state_dict()}


def main(work, seconds, path, start=None):
    torch.set_num_threads(1)
    data = TrainingSet(work, is_second_phase=start is not None)
    assert len(data.tokenizer.vocabulary) == VOCABULARY
    state = first_state(len(data.class_names), start)
    learner = Learner(state, len(data.class_names), Phase(data.is_second_phase))
    shared = SharedGradients(sum(parameter.numel() for parameter in learner.parameters))
    print({corpus: len(pool) for corpus, pool in data.pools.items()}, flush=True)
    options = {"seconds": float(seconds), "path": os.path.abspath(path), "started": time.time()}
    processes = [mp.Process(target=worker, args=(rank, data, shared, state, options))
                 for rank in range(WORLD)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
