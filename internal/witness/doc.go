// Package witness is both ends of the C2SP tlog-witness protocol: a witness,
// which cosigns checkpoints of logs of other authorities when they continue
// what it has cosigned before, and the circle of witnesses that a gateway asks
// before a checkpoint of its own becomes public.
//
// Trust: who relies on a witness trusts its signing key, and that its
// directory never goes back to an earlier state: the checkpoint that it
// cosigned last is durable there before its signature leaves, and whoever puts
// an old copy back makes it cosign a fork. It reads no entry of any log and
// learns nothing of anybody. A log asks whom its policy names and believes
// only signatures; a witness can keep a checkpoint from becoming public, and
// do nothing else to it.
package witness
