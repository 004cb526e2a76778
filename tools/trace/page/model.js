// The trace: unpacked from the page, and the tables that make it quick to ask.

const KIND_STEP = 0, KIND_NODE = 1, KIND_BROKEN = 2;
const LANE_RUN = 0, LANE_ACTOR = 1, LANE_NODE = 2;

function bytes_of_base64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function unpack(text) {
  const packed = new Blob([bytes_of_base64(text.trim())]).stream();
  const plain = packed.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

// Blocks: each a length of four bytes, little-endian, and so many bytes.
function block_reader(bytes) {
  const view = new DataView(bytes.buffer);
  let at = 0;
  return () => {
    const size = view.getUint32(at, true);
    at += 4 + size;
    return bytes.subarray(at - size, at);
  };
}

// n numbers as LEB128. Those beyond 2^53 are not exact: no time is that long.
function numbers_of(block, n, into) {
  let at = 0;
  for (let i = 0; i < n; ++i) {
    let byte = block[at++];
    let value = byte & 127;
    for (let scale = 128; byte > 127; scale *= 128) {
      byte = block[at++];
      value += (byte & 127) * scale;
    }
    into[i] = value;
  }
  return into;
}

function sums(numbers) {
  for (let i = 1; i < numbers.length; ++i) numbers[i] += numbers[i - 1];
  return numbers;
}

// Who comes in which bucket, in order: list[start[b]] ... list[start[b + 1] - 1].
function buckets(n, count, bucket_of) {
  const start = new Uint32Array(count + 1);
  for (let i = 0; i < n; ++i) {
    const b = bucket_of(i);
    if (b >= 0) ++start[b + 1];
  }
  for (let b = 0; b < count; ++b) start[b + 1] += start[b];
  const list = new Uint32Array(start[count]);
  const next = start.slice();
  for (let i = 0; i < n; ++i) {
    const b = bucket_of(i);
    if (b >= 0) list[next[b]++] = i;
  }
  return {start, list};
}

// The class of a lane, which is its colour: run, core, peer, node.
function class_of(lane) {
  if (lane.kind === LANE_RUN) return "run";
  if (lane.kind === LANE_NODE) return "node";
  return /\/peer\//.test(lane.name) ? "peer" : "core";
}

// The peer that a lane is about; null if about none.
function peer_of(lane) {
  if (lane.kind === LANE_NODE) return lane.name;
  const found = /\/peer\/(.+?)(#\d+)?$/.exec(lane.name);
  return found ? found[1] : null;
}

// Lanes in the order in which they are drawn: the run, its actors, and then for each peer its node
// and those who speak with it, in the order in which they were first heard of.
function order_of_lanes(lanes) {
  const first_of_peer = new Map();
  lanes.forEach((lane, i) => {
    lane.class = class_of(lane);
    lane.peer = peer_of(lane);
    if (lane.peer && !first_of_peer.has(lane.peer)) first_of_peer.set(lane.peer, i);
  });
  const rank = lane => lane.kind === LANE_RUN ? 0 : lane.peer ? 2 : 1;
  const order = lanes.map((_, i) => i);
  const group = i => lanes[i].peer ? first_of_peer.get(lanes[i].peer) : i;
  const inner = i => lanes[i].kind === LANE_NODE ? 1 : 0;
  order.sort((a, b) => rank(lanes[a]) - rank(lanes[b]) || group(a) - group(b) ||
                       inner(a) - inner(b) || a - b);
  return order;
}

async function load_model(text) {
  const next = block_reader(await unpack(text));
  const meta = JSON.parse(new TextDecoder().decode(next()));
  const n = meta.entries;
  const lanes = meta.lanes.map(([kind, name, type]) => ({kind, name, type}));
  const model = {...meta, lanes, n};
  model.kind = next();
  model.at = sums(numbers_of(next(), n, new Float64Array(n)));
  model.lane = numbers_of(next(), n, new Uint32Array(n));
  model.text = numbers_of(next(), n, new Uint32Array(n));
  model.detail = numbers_of(next(), n, new Uint32Array(n));
  model.bytes = numbers_of(next(), n, new Float64Array(n));
  model.step = sums(numbers_of(next(), n, new Float64Array(n)));
  model.cause = numbers_of(next(), n, new Int32Array(n));
  for (let i = 0; i < n; ++i) model.cause[i] = model.cause[i] === 0 ? -1 : i - model.cause[i];
  model.effects = buckets(n, n, i => model.cause[i]);
  model.order = order_of_lanes(lanes);
  model.broken = [];
  for (let i = 0; i < n; ++i) if (model.kind[i] === KIND_BROKEN) model.broken.push(i);
  model.end = Math.max(meta.end_ns, n ? model.at[n - 1] : 0, 1);
  return model;
}

// The first place in [from, to) of a rising list whose value is not below x.
function lower_bound(value, from, to, x) {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (value(middle) < x) from = middle + 1;
    else to = middle;
  }
  return from;
}
