using CsCheck;
using IpfsKit.Bitswap.Server;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Server;

public sealed class WantHeapTests
{
    [Fact]
    public void Heap_ComesOutInOrder_WhateverIsAddedRemovedAndChanged() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[-5, 5], Gen.Int[0, 1000]).List[0, 300].Sample(steps =>
        {
            var cid = TestBlocks.Raw(1).Cid;
            var peer = new ServedPeer(FakePeers.Id(1), true, null);
            var heap = new WantHeap<AnswerOrder>();
            List<Want> model = [];
            var sequence = 0;
            foreach (var (kind, priority, pick) in steps)
            {
                if (kind <= 1 || model.Count == 0)
                {
                    model.Add(new Want(peer, cid, sequence++, 0) { Priority = priority });
                    heap.Add(model[^1]);
                }
                else if (kind == 2)
                {
                    heap.Remove(model[pick % model.Count]);
                    Assert.Equal(-1, model[pick % model.Count].QueueSlot);
                    model.RemoveAt(pick % model.Count);
                }
                else
                {
                    model[pick % model.Count].Priority = priority;
                    heap.Update(model[pick % model.Count]);
                }

                Assert.Equal(model.Count, heap.Count);
                if (model.Count > 0)
                    Assert.Same(Ordered(model).First(), heap.First);
            }

            foreach (var want in Ordered(model).ToArray())
                Assert.Same(want, heap.Pop());
        });

    private static IEnumerable<Want> Ordered(List<Want> wants) => wants.OrderByDescending(want => want.Priority).ThenBy(want => want.Sequence);
}
