"""A rough measure of a model while it is trained, on images that are not trained on."""
import numpy as np
import torch
import torch.nn.functional as F

from augment import channels_first, standardise


def _vectors(tower, images):
    """Unit vectors of images [N, 3, S, S] from 0 to 255."""
    return F.normalize(tower(standardise(images / 255)), dim=1)


class QuickCheck:
    """Every fifth validation photograph of Tiny ImageNet, and the held-out drawings."""

    def __init__(self, data):
        self._data = data
        self._photos = [i for i, label in enumerate(data.labels)
                        if label["src"] == "tiny" and label["split"] == "val"][::5]
        self._drawings = [i for i, caption in enumerate(data.captions)
                          if caption["split"] == "test"]
        self._drawn_photos = [i for i, caption in enumerate(data.captions)
                              if caption["split"] == "photo" and caption["seen"]
                              and i not in data.banned]

    def run(self, image, text):
        """Zero-shot accuracy on photographs, recall at 1 and 10 of captions on the others."""
        with torch.no_grad():
            return {**self._zero_shot(image, text),
                    "draw": self._recall(image, text, self._drawings, "title"),
                    "photo": self._recall(image, text, self._drawn_photos, "concept")}

    def _zero_shot(self, image, text):
        data = self._data
        chunks = [self._photos[start:start + 200] for start in range(0, len(self._photos), 200)]
        vectors = torch.cat([_vectors(image, channels_first([data.photos[i] for i in chunk]))
                             for chunk in chunks])
        classes = [name for name in data.class_names if name.startswith("tiny:")]
        texts = text(data.token_ids([data.classes[name]["name"] for name in classes]))
        right = torch.tensor([classes.index("tiny:" + data.labels[i]["cls"])
                              for i in self._photos])
        best = (vectors @ F.normalize(texts, dim=1).T).topk(5, 1)[1]
        hits = best == right[:, None]
        return {"top1": round(hits[:, 0].float().mean().item(), 3),
                "top5": round(hits.any(1).float().mean().item(), 3)}

    def _recall(self, image, text, numbers, key):
        data = self._data
        drawings = channels_first(list(data.drawings[np.array(numbers)]))
        on_white = drawings[:, :3] + 255 - drawings[:, 3:]
        captions = [data.captions[i][key] for i in numbers]
        texts = F.normalize(text(data.token_ids(captions)), dim=1)
        scores = texts @ _vectors(image, on_white).T
        fits = torch.tensor([[self._fits(caption, other, i) for other, i in zip(captions, numbers)]
                             for caption in captions])
        best = scores.masked_fill(~fits, -9).max(1, keepdim=True)[0]
        rank = (scores > best).sum(1)
        return [round((rank < k).float().mean().item(), 3) for k in (1, 10)]

    def _fits(self, caption, other, number):
        """Whether a caption is right for a drawing whose own caption is `other`."""
        drawing = self._data.captions[number]
        return caption in (other, drawing["title"]) or caption in drawing["phr"]
