// What is shown: which lanes, which entries, which part of the axis.

const GUTTER = 292, SCALE = 30, TRACK = 17, TRACKS_MAX = 5, ROW = 26, MAP = 50;

function new_view(model) {
  return {
    model, axis: "time", x: i => model.at[i], from: 0, to: 1, scroll: 0, width: 0, height: 0,
    rows: [], row_of: new Int32Array(model.lanes.length).fill(-1), by_lane: null,
    lane_words: [], classes: {core: true, peer: true, node: true}, message: -1, focus: null,
    tracks: place_bands(model), hits: [], is_hit: null, query: "", selected: -1, hovered: -1, hovered_row: -1, hovered_band: null, marking: null, chain: new Set(),
  };
}

// Above the lanes are the faults, each in the first track that is free; the last takes all others.
function place_bands(model) {
  const free = [];
  for (const band of model.bands) {
    band.end = band.until < 0 ? Infinity : band.until;
    let track = free.findIndex(until => until <= band.since);
    if (track < 0) track = Math.min(free.length, TRACKS_MAX - 1);
    band.track = track;
    free[track] = Math.max(free[track] ?? 0, band.end);
  }
  return free.length;
}

// How much of the picture the scale and the faults take, which are above the lanes.
function head_of(view) { return SCALE + (view.tracks ? view.tracks * TRACK + 6 : 0); }

// Where a fault is on the axis.
function ends_of(view, band) {
  return [x_of_moment(view, band.since), band.until < 0 ? extent(view)[1] : x_of_moment(view, band.until)];
}

function band_near(view, px, py) {
  const track = Math.floor((py - SCALE - 2) / TRACK);
  if (px < GUTTER || py < SCALE || py >= head_of(view)) return null;
  const x = x_of_pixel(view, px);
  return view.model.bands.findLast(band => band.track === track && ends_of(view, band)[0] <= x && ends_of(view, band)[1] >= x) ?? null;
}

// The axis: x of an entry, the whole of it, and where a moment is.
function set_axis(view, axis) {
  const {model} = view;
  const middle_entry = entry_at(view, (view.from + view.to) / 2);
  const share = (view.to - view.from) / (extent(view)[1] - extent(view)[0]);
  view.axis = axis;
  view.x = axis === "time" ? i => model.at[i] : i => i;
  const [a, b] = extent(view);
  const size = Math.max((b - a) * Math.min(share, 1), least_span(view));
  const middle = share >= .98 || middle_entry < 0 ? (a + b) / 2 : view.x(middle_entry);
  show(view, middle - size / 2, middle + size / 2);
}

function extent(view) {
  const {model} = view;
  const [a, b] = view.axis === "time" ? [0, model.end] : [-.5, Math.max(model.n - .5, .5)];
  const first = view.axis === "time" && model.dropped && model.n ? model.at[0] : a;
  const margin = (b - first) * .015;
  return [first - margin, b + margin];
}

function least_span(view) {
  return view.axis === "time" ? 2000 : 4;
}

// The nearest entry at or behind x; -1 if there is none.
function entry_at(view, x) {
  const {n} = view.model;
  return n === 0 ? -1 : Math.min(lower_bound(view.x, 0, n, x), n - 1);
}

function x_of_moment(view, ns) {
  return view.axis === "time" ? ns : lower_bound(i => view.model.at[i], 0, view.model.n, ns) - .5;
}

function show(view, from, to) {
  const [a, b] = extent(view);
  const size = Math.min(Math.max(to - from, least_span(view)), b - a);
  const middle = (from + to) / 2;
  view.from = Math.min(Math.max(middle - size / 2, a), b - size);
  view.to = view.from + size;
}

function zoom(view, factor, x = (view.from + view.to) / 2) {
  show(view, x - (x - view.from) * factor, x + (view.to - x) * factor);
}

function pan(view, pixels) {
  const by = pixels * (view.to - view.from) / plot_width(view);
  const [a, b] = extent(view);
  const size = view.to - view.from;
  view.from = Math.min(Math.max(view.from + by, a), b - size);
  view.to = view.from + size;
}

function plot_width(view) { return Math.max(view.width - GUTTER, 50); }
function pixel_of(view, x) { return GUTTER + (x - view.from) / (view.to - view.from) * plot_width(view); }
function x_of_pixel(view, px) { return view.from + (px - GUTTER) / plot_width(view) * (view.to - view.from); }
function rows_height(view) { return Math.max(view.height - head_of(view) - MAP, 0); }
function y_of_row(view, row) { return head_of(view) + row * ROW + ROW / 2 - view.scroll; }

function set_scroll(view, y) {
  view.scroll = Math.min(Math.max(y, 0), Math.max(view.rows.length * ROW - rows_height(view), 0));
}

// Which lanes there are rows for, and which of their entries are drawn.
function update_rows(view) {
  const {model} = view;
  view.rows = model.order.filter(i => {
    const lane = model.lanes[i];
    if (view.focus) return view.focus.has(i);
    if (lane.class !== "run" && !view.classes[lane.class]) return false;
    if (lane.class === "run") return model.broken.some(e => model.lane[e] === i);
    const name = `${lane.name} ${lane.type}`.toLowerCase();
    return view.lane_words.every(word => name.includes(word));
  });
  view.row_of.fill(-1);
  view.rows.forEach((lane, row) => { view.row_of[lane] = row; });
  set_scroll(view, view.scroll);
}

function update_entries(view) {
  const {model} = view;
  const wanted = i => view.message < 0 || model.text[i] === view.message || model.kind[i] === KIND_BROKEN;
  view.by_lane = buckets(model.n, model.lanes.length, i => wanted(i) ? model.lane[i] : -1);
}

// The entries that a text is found in: in what happens, its detail, or the lane's name.
function search(view, query) {
  const {model} = view;
  view.query = query = query.trim().toLowerCase();
  view.hits = [];
  view.is_hit = null;
  if (!query) return;
  const found = text => text.toLowerCase().includes(query);
  const texts = model.texts.map(found);
  const lanes = model.lanes.map(lane => found(lane.name) || found(lane.type));
  view.is_hit = new Uint8Array(model.n);
  for (let i = 0; i < model.n; ++i)
    if (texts[model.text[i]] || texts[model.detail[i]] || lanes[model.lane[i]]) {
      view.is_hit[i] = 1;
      view.hits.push(i);
    }
}

// From what led to it, as far back as is known: the nearest first.
function ancestors(model, i, most) {
  const result = [];
  while (result.length < most && i >= 0 && (i = model.cause[i]) >= 0) result.push(i);
  return result;
}

function effects(model, i) {
  return model.effects.list.subarray(model.effects.start[i], model.effects.start[i + 1]);
}

function select(view, i) {
  view.selected = i;
  view.chain = new Set(i < 0 ? [] : [i, ...ancestors(view.model, i, 24)]);
}

// Those lanes that an entry, what led to it and what it led to are in.
function lanes_concerned(view, i) {
  const {model} = view;
  const result = new Set();
  for (const e of [i, ...ancestors(model, i, 60), ...effects(model, i)]) result.add(model.lane[e]);
  for (const e of effects(model, i)) for (const next of effects(model, e)) result.add(model.lane[next]);
  return result;
}

// Moves so that an entry can be seen, and no more than that.
function reveal(view, i) {
  const x = view.x(i);
  const size = view.to - view.from;
  if (x < view.from + size * .04 || x > view.to - size * .04) show(view, x - size / 2, x + size / 2);
  const row = view.row_of[view.model.lane[i]];
  if (row < 0) return false;
  const y = y_of_row(view, row);
  if (y < head_of(view) + ROW || y > head_of(view) + rows_height(view) - ROW)
    set_scroll(view, row * ROW - rows_height(view) / 2);
  return true;
}

// Zooms to an entry and those around it that it has to do with.
function zoom_to(view, i) {
  const {model} = view;
  const near = [i, ...ancestors(model, i, 3), ...effects(model, i).subarray(0, 6)].map(view.x);
  const a = Math.min(...near), b = Math.max(...near);
  const margin = Math.max((b - a) * .2, least_span(view) * 2);
  show(view, a - margin, b + margin);
  reveal(view, i);
}

// The row at a height of the picture; -1 if none is there.
function row_at(view, py) {
  const row = Math.floor((py - head_of(view) + view.scroll) / ROW);
  return py < head_of(view) || py > head_of(view) + rows_height(view) || !(row in view.rows) ? -1 : row;
}

// Whether most of what happens does so in a small part of the time: then what is between is empty.
function is_crowded(model) {
  const parts = 100;
  const bars = new Uint32Array(parts + 1);
  for (let i = 0; i < model.n; ++i) ++bars[Math.floor(model.at[i] / model.end * parts)];
  return bars.sort().slice(-12).reduce((a, b) => a + b, 0) > .8 * model.n;
}

// What is drawn nearest to a place on the picture; -1 if nothing is near.
function entry_near(view, px, py) {
  const row = row_at(view, py);
  if (px < GUTTER || row < 0) return -1;
  const {start, list} = view.by_lane;
  const lane = view.rows[row];
  const at = lower_bound(k => view.x(list[k]), start[lane], start[lane + 1], x_of_pixel(view, px));
  let best = -1, distance = 9;
  for (const k of [at - 1, at])
    if (k >= start[lane] && k < start[lane + 1]) {
      const d = Math.abs(pixel_of(view, view.x(list[k])) - px);
      if (d < distance) [best, distance] = [list[k], d];
    }
  return best;
}
