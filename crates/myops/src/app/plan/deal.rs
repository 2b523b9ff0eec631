//! Cases dealt into shards of about the same work.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Deals cases of some weights: the heaviest first, each to the shard that has the least so far. Gives the shard of each case; the
/// same weights are always dealt in the same way.
pub fn deal(weights: &[u64], shards: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|case| Reverse(weights[*case]));
    let mut least: BinaryHeap<Reverse<(u64, usize)>> =
        (0..shards).map(|shard| Reverse((0, shard))).collect();
    let mut dealt = vec![0; weights.len()];
    for case in order {
        let Some(mut first) = least.peek_mut() else {
            break;
        };
        let Reverse((weight, shard)) = *first;
        dealt[case] = shard;
        *first = Reverse((weight + weights[case], shard));
    }
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_cases_are_dealt_first_and_shards_end_up_alike() {
        // By hand: 9 to 0, 7 to 1, 6 to 2, 5 to 2 (6 is least), 4 to 1 (7), 2 to 0 (9), 1 to 0 or the first of 11s.
        assert_eq!(deal(&[4, 9, 2, 7, 6, 5, 1], 3), [1, 0, 0, 1, 2, 2, 0]);
        assert_eq!(deal(&[1, 1, 1, 1], 2), [0, 1, 0, 1]);
        assert_eq!(deal(&[], 2), [0_usize; 0]);
        let weights: Vec<u64> = (0..50_000)
            .map(|n| 1_000_000 + n * 7919 % 500_000)
            .collect();
        let mut sums = [0; 64];
        for (weight, shard) in weights.iter().zip(deal(&weights, 64)) {
            sums[shard] += weight;
        }
        let (least, most) = (sums.iter().min().unwrap(), sums.iter().max().unwrap());
        assert!(most - least < 1_500_000, "{least} to {most}");
    }
}
