"""Measures of retrieval over unit vectors. Shares are per cent, rounded to one decimal."""
import numpy as np

RANKS = (1, 5, 10)


def _percent(values):
    return round(100 * float(np.mean(values)), 1)


def _within(ranks):
    """The share of ranks (0 is best) below each of RANKS."""
    return [_percent(ranks < k) for k in RANKS]


def _chance(right, total):
    """What `_within` gives on average for a random order; right[i] of `total` answers are right."""
    def miss(count, k):
        return np.prod([(total - count - j) / (total - j) for j in range(min(k, total))])

    return [_percent([1 - miss(count, k) for count in right]) for k in RANKS]


def recall(package, images, captions, is_right):
    """Recall of images by their captions and of captions by their images.

    images: unit vectors [N, D]; captions[i] is the text of image i; is_right(caption, i) says
    whether another image's caption is right for image i, too. "strict" counts the very image or
    caption, "any" any right one."""
    count, texts = len(captions), sorted(set(captions))
    own = np.array([texts.index(caption) for caption in captions])
    everyone = np.arange(count)
    scores = package.encode_texts(texts) @ images.T
    right = np.array([[is_right(caption, i) for i in everyone] for caption in texts])
    right[own, everyone] = True
    own_score = scores[own, everyone]
    best_of_text = np.where(right, scores, -9).max(1)
    best_of_image = np.where(right.T, scores.T, -9).max(1)
    return {
        "n": count, "captions": len(texts),
        "t2i_strict": _within((scores[own] > own_score[:, None]).sum(1)),
        "t2i_any": _within((scores > best_of_text[:, None]).sum(1)[own]),
        "i2t_strict": _within((scores.T > own_score[:, None]).sum(1)),
        "i2t_any": _within((scores.T > best_of_image[:, None]).sum(1)),
        "chance": {
            "t2i_strict": _chance(np.ones(count), count),
            "t2i_any": _chance(right.sum(1)[own], count),
            "i2t_strict": _chance(np.ones(count), len(texts)),
            "i2t_any": _chance(right.sum(0), len(texts)),
        },
    }


def precision(package, images, queries, first=10):
    """The mean share of right images among the first ten, over {query: bool [N]}."""
    shares = {}
    for query, vector in zip(queries, package.encode_texts(queries)):
        best = np.argsort(-(images @ vector))[:first]
        shares[query] = round(float(np.array(queries[query])[best].mean()), 2)
    base = np.mean([np.mean(right) for right in queries.values()])
    return {"n": len(images), "queries": len(queries),
            "mean": round(float(np.mean(list(shares.values()))), 3), "base": round(float(base), 3),
            "each": shares}


def zero_shot(package, images, classes, names, template):
    """Accuracy of choosing among class names; classes[i] is the number of image i's class."""
    texts = package.encode_texts([template.format(name) for name in names])
    best = np.argsort(-(images @ texts.T), 1)[:, :5]
    return {"n": len(classes), "classes": len(names), "top1": _percent(best[:, 0] == classes),
            "top5": _percent((best == classes[:, None]).any(1))}


def least_cosine(one, other):
    """The smallest cosine between rows of the same number."""
    one, other = (unit_or_zero(np.array(rows, np.float32)) for rows in (one, other))
    return round(float((one * other).sum(1).min()), 5)


def unit_or_zero(rows):
    rows = rows + 1e-9
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
