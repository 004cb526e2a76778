// The picture. Everything is drawn anew each time: lanes that can be seen, at most one mark a pixel
// and lane, and arrows while there are few enough to be told apart.

const ARROWS_MAX = 6000, ENTRIES_SCANNED = 60000;

function read_colours() {
  const style = getComputedStyle(document.documentElement);
  const result = {};
  for (const name of ["paper", "raised", "sunken", "line", "line-strong", "ink", "ink-2", "ink-3", "core", "peer", "node",
                      "run", "bad", "bad-soft", "fault", "fault-soft", "hit", "row", "hover"])
    result[name] = style.getPropertyValue(`--${name}`).trim();
  result.sans = style.getPropertyValue("--sans");
  result.mono = style.getPropertyValue("--mono");
  return result;
}

function draw(view, g, colours) {
  g.clearRect(0, 0, view.width, view.height);
  g.fillStyle = colours.paper;
  g.fillRect(0, 0, view.width, view.height);
  const first = Math.max(Math.floor(view.scroll / ROW), 0);
  const last = Math.min(Math.ceil((view.scroll + rows_height(view)) / ROW), view.rows.length);
  g.save();
  g.beginPath();
  g.rect(0, head_of(view), view.width, rows_height(view));
  g.clip();
  draw_rows(view, g, colours, first, last);
  g.save();
  g.beginPath();
  g.rect(GUTTER, head_of(view), plot_width(view), rows_height(view));
  g.clip();
  draw_grid(view, g, colours);
  draw_bands(view, g, colours);
  const arrows = draw_arrows(view, g, colours);
  draw_marks(view, g, colours, first, last);
  draw_chain(view, g, colours);
  draw_broken(view, g, colours);
  draw_rise(view, g, colours);
  g.restore();
  draw_names(view, g, colours, first, last);
  g.restore();
  draw_axis(view, g, colours);
  draw_tracks(view, g, colours);
  draw_map(view, g, colours);
  return arrows;
}

function draw_rows(view, g, colours, first, last) {
  for (let row = first; row < last; ++row) {
    const top = y_of_row(view, row) - ROW / 2;
    const lane = view.model.lanes[view.rows[row]];
    if (row === view.hovered_row) {
      g.fillStyle = colours.hover;
      g.fillRect(0, top, view.width, ROW);
    } else if (row % 2) {
      g.fillStyle = colours.row;
      g.fillRect(0, top, view.width, ROW);
    }
    const before = row > 0 ? view.model.lanes[view.rows[row - 1]] : null;
    if (before && before.peer !== lane.peer) {
      g.fillStyle = colours.line;
      g.fillRect(0, top, view.width, 1);
    }
  }
}

// Steps of 1, 2 or 5 times a power of ten, so that some 110 pixels are between two.
function tick_step(view) {
  const least = (view.to - view.from) / plot_width(view) * 110;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map(x => x * power).find(x => x >= least);
  return view.axis === "time" ? step : Math.max(step, 1);
}

function for_each_tick(view, call) {
  const step = tick_step(view);
  // Entries are counted from 1, and those that are gone count.
  const shift = view.axis === "time" ? 0 : view.model.dropped + 1;
  for (let at = Math.ceil((view.from + shift) / step); at * step <= view.to + shift; ++at) call(at * step - shift, step);
}

function draw_grid(view, g, colours) {
  g.fillStyle = colours.line;
  g.globalAlpha = .6;
  for_each_tick(view, x => g.fillRect(Math.round(pixel_of(view, x)), head_of(view), 1, rows_height(view)));
  g.globalAlpha = 1;
}

// Where a fault lasts the lanes are tinted; many at a time make it no darker.
function draw_bands(view, g, colours) {
  g.fillStyle = colours["fault-soft"];
  g.beginPath();
  let covered = GUTTER - 4;
  const ends = view.model.bands.map(band => ends_of(view, band).map(x => pixel_of(view, x))).sort((a, b) => a[0] - b[0]);
  for (const [a, b] of ends) {
    const left = Math.max(a, covered);
    const right = Math.min(Math.max(b, a + 2), view.width + 4);
    if (right <= left) continue;
    g.rect(left, head_of(view), right - left, rows_height(view));
    covered = right;
  }
  g.fill();
}

// The faults themselves, by name, between the scale and the lanes.
function draw_tracks(view, g, colours) {
  if (!view.tracks) return;
  const top = SCALE, height = head_of(view) - SCALE;
  g.fillStyle = colours.paper;
  g.fillRect(0, top, view.width, height);
  g.font = `11px ${colours.sans}`;
  g.textBaseline = "middle";
  g.fillStyle = colours["ink-3"];
  g.fillText("Faults", 20, top + height / 2);
  g.save();
  g.beginPath();
  g.rect(GUTTER, top, plot_width(view), height);
  g.clip();
  for (const band of view.model.bands) {
    const [a, b] = ends_of(view, band).map(x => pixel_of(view, x));
    if (b < GUTTER || a > view.width) continue;
    const y = top + 3 + band.track * TRACK;
    g.fillStyle = colours.fault;
    g.beginPath();
    g.roundRect(a, y, Math.max(b - a, 3), TRACK - 3, 3);
    g.fillStyle = colours.paper;
    g.fill();
    g.fillStyle = colours.fault;
    g.globalAlpha = band === view.hovered_band ? .5 : .28;
    g.fill();
    g.globalAlpha = 1;
    const left = Math.max(a, GUTTER) + 6, room = Math.min(b, view.width) - left - 4;
    if (room < 30) continue;
    g.fillStyle = colours.ink;
    g.fillText(clip_end(g, band_label(band), room), left, y + TRACK / 2 - 1);
  }
  g.restore();
  g.fillStyle = colours.line;
  g.fillRect(0, head_of(view) - 1, view.width, 1);
}

// "fault 2: from 1.250 s to 9.000 s, 1 of 3 connections ...: reset" without the times, which are drawn.
function band_label(band) {
  return band.text.replace(/: from [\d.]+ s to (?:the end|[\d.]+ s), /, ": ");
}

function clip_end(g, text, room) {
  if (g.measureText(text).width <= room) return text;
  let size = Math.floor(room / 5);
  while (size > 1 && g.measureText(`${text.slice(0, size)}\u2026`).width > room) --size;
  return `${text.slice(0, size)}\u2026`;
}

function arrow_path(g, x1, y1, x2, y2) {
  if (y1 === y2) {
    g.moveTo(x1, y1);
    g.lineTo(x2, y2);
    return;
  }
  const bend = Math.min(Math.abs(x2 - x1) * .5, 60);
  g.moveTo(x1, y1);
  g.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
}

function arrow_head(g, x1, x2, y1, y2, size) {
  if (Math.hypot(x2 - x1, y2 - y1) < 2 * size) return;
  const angle = Math.abs(x2 - x1) > 6 || y1 === y2 ? 0 : Math.atan2(y2 - y1, Math.max(x2 - x1, 1));
  const tip = x2 - 3 * Math.cos(angle), height = y2 - 3 * Math.sin(angle);
  for (const side of [-.45, .45]) {
    g.moveTo(tip, height);
    g.lineTo(tip - size * Math.cos(angle + side), height - size * Math.sin(angle + side));
  }
}

// What led to what, from lane to lane. Returns false if there is too much to draw.
function draw_arrows(view, g, colours) {
  const {model} = view;
  const from = lower_bound(view.x, 0, model.n, view.from);
  // An arrow may begin before what can be seen and end in it, or the other way round.
  const to = lower_bound(view.x, from, model.n, view.to);
  if (to - from > ENTRIES_SCANNED) return false;
  const height = rows_height(view);
  const paths = {core: [], peer: [], node: [], run: []};
  let count = 0;
  const consider = (cause, e) => {
    if (cause < 0 || model.lane[cause] === model.lane[e]) return;
    const a = view.row_of[model.lane[cause]], b = view.row_of[model.lane[e]];
    if (a < 0 || b < 0) return;
    if (view.message >= 0 && model.text[e] !== view.message && model.text[cause] !== view.message) return;
    const y1 = y_of_row(view, a), y2 = y_of_row(view, b);
    if (Math.max(y1, y2) < head_of(view) || Math.min(y1, y2) > head_of(view) + height) return;
    const x1 = pixel_of(view, view.x(cause)), x2 = pixel_of(view, view.x(e));
    paths[model.lanes[model.lane[cause]].class].push(x1, y1, x2, y2);
    ++count;
  };
  for (let e = from; e < to && count <= ARROWS_MAX; ++e) {
    consider(model.cause[e], e);
    for (const effect of effects(model, e)) if (effect >= to) consider(e, effect);
  }
  if (count > ARROWS_MAX) return false;
  g.lineWidth = 1;
  for (const [css, points] of Object.entries(paths)) {
    g.strokeStyle = colours[css];
    g.globalAlpha = Math.min(Math.max(120 / Math.max(count, 1), .1), .5);
    g.beginPath();
    for (let k = 0; k < points.length; k += 4) arrow_path(g, points[k], points[k + 1], points[k + 2], points[k + 3]);
    if (count < 600)
      for (let k = 0; k < points.length; k += 4)
        arrow_head(g, points[k], points[k + 2], points[k + 1], points[k + 3], 6);
    g.stroke();
  }
  g.globalAlpha = 1;
  return true;
}

function draw_mark(g, css, x, y, size) {
  if (css === "node") {
    g.fillRect(x - size, y - size, 2 * size, 2 * size);
    return;
  }
  g.beginPath();
  g.arc(x, y, size, 0, 7);
  g.fill();
}

// Marks of one lane, each with how many entries it stands for.
function for_each_mark(view, lane, call) {
  const {start, list} = view.by_lane;
  const end = start[lane + 1];
  const x = k => view.x(list[k]);
  let k = lower_bound(x, start[lane], end, x_of_pixel(view, GUTTER - 6));
  while (k < end) {
    const px = pixel_of(view, x(k));
    if (px > view.width + 6) return;
    const edge = x_of_pixel(view, Math.floor(px) + 1);
    // Most often the next is beyond the pixel: look there first, then by ever larger strides.
    let stride = 1;
    while (k + stride < end && x(k + stride) < edge) stride *= 2;
    const next = stride === 1 ? k + 1 : lower_bound(x, k + stride / 2, Math.min(k + stride, end), edge);
    call(list[k], px, next - k, next < end ? pixel_of(view, x(next)) : Infinity);
    k = next;
  }
}

function draw_marks(view, g, colours, first, last) {
  const {model} = view;
  g.font = `11px ${colours.sans}`;
  g.textBaseline = "middle";
  for (let row = first; row < last; ++row) {
    const lane = view.rows[row];
    const css = model.lanes[lane].class;
    const y = y_of_row(view, row);
    for_each_mark(view, lane, (e, x, count, next) => {
      if (model.kind[e] === KIND_BROKEN && count === 1) return;
      const crowded = count > 3 || next - x < 6;
      const hit = view.is_hit && view.is_hit[e];
      g.fillStyle = colours[css];
      g.globalAlpha = view.is_hit && !hit ? .32 : 1;
      if (crowded) {
        const height = Math.min(5 + 3 * Math.log2(count), ROW - 6);
        g.globalAlpha *= .8;
        g.fillRect(x - .75, y - height / 2, 1.75, height);
      } else {
        draw_mark(g, css, x, y, 3.5);
      }
      if (hit) {
        g.strokeStyle = colours.hit;
        g.lineWidth = 2;
        g.beginPath();
        g.arc(x, y, 6, 0, 7);
        g.stroke();
      }
      if (!crowded && next - x > 64) draw_label(view, g, colours, lane, e, count, x, y, next);
    });
    g.globalAlpha = 1;
  }
}

// What happens, beside its mark, as far as there is room. A mark may stand for up to three.
function draw_label(view, g, colours, lane, e, count, x, y, next) {
  const {list} = view.by_lane;
  let text = label_of(view.model, e);
  if (count > 1) {
    const first = lower_bound(k => list[k], view.by_lane.start[lane], view.by_lane.start[lane + 1], e);
    text = Array.from(list.subarray(first, first + count), i => label_of(view.model, i)).join(" \u00b7 ");
  }
  const beside = view.model.broken.length && is_broken_near(view, e, count) ? 14 : 8;
  const shown = clip_end(g, text, Math.min(next, view.width) - x - 10 - beside);
  if (shown.length < 5 && shown !== text) return;
  const alpha = g.globalAlpha; // What is behind a label is kept from it.
  g.globalAlpha = alpha * .7;
  g.strokeStyle = colours.paper;
  g.lineWidth = 3;
  g.lineJoin = "round";
  g.strokeText(shown, x + beside, y + .5);
  g.globalAlpha = alpha;
  g.fillStyle = colours["ink-2"];
  g.fillText(shown, x + beside, y + .5);
}

// Whether one of the entries of a mark is drawn as a cross.
function is_broken_near(view, e, count) {
  const {model} = view;
  const at = lower_bound(k => model.broken[k], 0, model.broken.length, e);
  return at < model.broken.length && (count === 1 ? model.broken[at] === e : model.at[model.broken[at]] - model.at[e] < 1000);
}

// What led to what is selected, and what it led to.
function draw_chain(view, g, colours) {
  const {model} = view;
  const draw_one = (cause, e, colour, width) => {
    const a = view.row_of[model.lane[cause]], b = view.row_of[model.lane[e]];
    if (a < 0 || b < 0) return;
    const x1 = pixel_of(view, view.x(cause)), x2 = pixel_of(view, view.x(e));
    const y1 = y_of_row(view, a), y2 = y_of_row(view, b);
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.beginPath();
    arrow_path(g, x1, y1, x2, y2);
    arrow_head(g, x1, x2, y1, y2, 8);
    g.stroke();
  };
  const around = (e, followed) => {
    if (e < 0) return;
    if (followed)
      for (const one of view.chain)
        if (model.cause[one] >= 0) draw_one(model.cause[one], one, colours.ink, one === e ? 2 : 1.4);
    if (!followed && model.cause[e] >= 0) draw_one(model.cause[e], e, colours.ink, 1.4);
    for (const effect of effects(model, e).subarray(0, 300))
      draw_one(e, effect, colours[model.lanes[model.lane[e]].class], 1.8);
  };
  around(view.selected, true);
  if (view.hovered !== view.selected) around(view.hovered, false);
  for (const [e, size] of [[view.hovered, 5], [view.selected, 6]]) {
    const row = e < 0 ? -1 : view.row_of[model.lane[e]];
    if (row < 0) continue;
    const x = pixel_of(view, view.x(e)), y = y_of_row(view, row);
    g.fillStyle = colours.paper;
    draw_mark(g, model.lanes[model.lane[e]].class, x, y, size + 2);
    g.fillStyle = model.kind[e] === KIND_BROKEN ? colours.bad : colours[model.lanes[model.lane[e]].class];
    draw_mark(g, model.lanes[model.lane[e]].class, x, y, size);
  }
}

// Broken promises: a line through all lanes, and a cross in the lane where it broke.
function draw_broken(view, g, colours) {
  const {model} = view;
  let last = -Infinity;
  for (const e of model.broken) {
    const x = pixel_of(view, view.x(e));
    if (x < GUTTER - 8 || x > view.width + 8) continue;
    if (x - last > 1) {
      g.fillStyle = colours.bad;
      g.globalAlpha = .5;
      g.fillRect(x - .5, head_of(view), 1, rows_height(view));
      g.globalAlpha = 1;
      last = x;
    }
    const row = view.row_of[model.lane[e]];
    if (row < 0) continue;
    const y = y_of_row(view, row);
    g.fillStyle = colours.bad;
    g.beginPath();
    g.arc(x, y, 8, 0, 7);
    g.fill();
    g.strokeStyle = colours.paper;
    g.lineWidth = 1.8;
    g.beginPath();
    for (const d of [1, -1]) {
      g.moveTo(x - 3, y - 3 * d);
      g.lineTo(x + 3, y + 3 * d);
    }
    g.stroke();
    if (e !== view.selected) continue;
    g.strokeStyle = colours.bad;
    g.beginPath();
    g.arc(x, y, 12, 0, 7);
    g.stroke();
  }
}

// The names of the lanes, over what is drawn behind them.
function draw_names(view, g, colours, first, last) {
  g.fillStyle = colours.paper;
  g.fillRect(0, head_of(view), GUTTER, rows_height(view));
  draw_rows({...view, width: GUTTER}, g, colours, first, last);
  g.fillStyle = colours.line;
  g.fillRect(GUTTER - 1, head_of(view), 1, rows_height(view));
  g.textBaseline = "middle";
  for (let row = first; row < last; ++row) {
    const lane = view.model.lanes[view.rows[row]];
    const y = y_of_row(view, row) + .5;
    g.fillStyle = lane.class === "run" ? colours.bad : colours[lane.class];
    draw_mark(g, lane.class, 20, y, 3.5);
    let room = GUTTER - 44;
    if (lane.type && lane.class !== "core") {
      g.font = `11px ${colours.sans}`;
      const type = lane.type.replaceAll("_", " ");
      const width = g.measureText(type).width;
      g.fillStyle = lane.class === "node" && lane.type !== "honest" ? colours.fault : colours["ink-3"];
      g.textAlign = "right";
      g.fillText(type, GUTTER - 12, y);
      g.textAlign = "left";
      room -= width + 12;
    }
    const cut = lane.class === "peer" ? lane.name.lastIndexOf("/") + 1 : 0;
    g.font = `12px ${colours.mono}`;
    const tail = clip_text(g, lane.name.slice(cut), room);
    let x = 34;
    g.fillStyle = colours["ink-3"];
    if (cut && g.measureText(tail).width + 20 < room) {
      const arrow = lane.name.slice(0, cut).replace(/peer\/$/, "");
      const short = g.measureText(arrow).width + g.measureText(tail).width < room ? arrow : "\u2026/";
      g.fillText(short, x, y);
      x += g.measureText(short).width;
    }
    g.fillStyle = colours.ink;
    g.fillText(tail, x, y);
  }
}

function clip_text(g, text, room) {
  if (g.measureText(text).width <= room) return text;
  let size = text.length;
  while (size > 1 && g.measureText(`\u2026${text.slice(-size)}`).width > room) --size;
  return `\u2026${text.slice(-size)}`;
}

function draw_axis(view, g, colours) {
  g.fillStyle = colours.raised;
  g.fillRect(0, 0, view.width, SCALE);
  g.fillStyle = colours.line;
  g.fillRect(0, SCALE - 1, view.width, 1);
  g.font = `11px ${colours.sans}`;
  g.textBaseline = "middle";
  g.fillStyle = colours["ink-3"];
  g.fillText(view.axis === "time" ? "Virtual time" : "Order of events", 20, SCALE / 2);
  g.textAlign = "right";
  g.fillText(`${number_text(view.rows.length)} lanes`, GUTTER - 12, SCALE / 2);
  g.textAlign = "center";
  g.fillStyle = colours["ink-2"];
  g.save();
  g.beginPath();
  g.rect(GUTTER, 0, plot_width(view), SCALE);
  g.clip();
  for_each_tick(view, (x, step) => {
    const text = view.axis === "time" ? time_text(x, step) : `#${number_text(x + view.model.dropped + 1)}`;
    g.fillText(text, pixel_of(view, x), SCALE / 2);
  });
  if (view.marking) {
    g.fillStyle = colours.hover;
    g.fillRect(view.marking[0], 0, view.marking[1] - view.marking[0], SCALE);
  }
  g.restore();
  g.textAlign = "left";
}

// How much happens when, over the whole run: kept until what it is made of changes.
function density(view) {
  const width = Math.floor(plot_width(view) - 20);
  const key = `${view.axis} ${width}`;
  if (view.density?.key !== key) {
    const [a, b] = extent(view);
    const bars = new Float64Array(width);
    let before = 0;
    for (let px = 0; px < width; ++px) {
      const next = lower_bound(view.x, before, view.model.n, a + (px + 1) / width * (b - a));
      bars[px] = next - before;
      before = next;
    }
    view.density = {key, bars, most: bars.reduce((x, y) => Math.max(x, y), 1)};
  }
  return view.density;
}

function map_pixel(view, x) {
  const [a, b] = extent(view);
  return GUTTER + 10 + (x - a) / (b - a) * (plot_width(view) - 20);
}

function draw_map(view, g, colours) {
  const top = view.height - MAP, base = view.height - 9, room = MAP - 18;
  g.fillStyle = colours.raised;
  g.fillRect(0, top, view.width, MAP);
  g.fillStyle = colours.line;
  g.fillRect(0, top, view.width, 1);
  g.font = `11px ${colours.sans}`;
  g.fillStyle = colours["ink-3"];
  g.textBaseline = "middle";
  g.fillText(`${number_text(view.model.n)} events, ${time_text(view.model.end, Math.max(view.model.end / 1000, 1))}`, 20, top + MAP / 2);
  const {bars, most} = density(view);
  g.fillStyle = colours.fault;
  g.globalAlpha = .4;
  for (const band of view.model.bands) {
    const [a, b] = ends_of(view, band).map(x => Math.min(map_pixel(view, x), view.width - 10));
    g.fillRect(a, top + 3 + band.track * 3, Math.max(b - a, 2), 2);
  }
  g.globalAlpha = 1;
  g.fillStyle = colours["line-strong"];
  bars.forEach((count, px) => {
    if (count === 0) return;
    const height = Math.max(room * Math.log1p(count) / Math.log1p(most), 1.5);
    g.fillRect(GUTTER + 10 + px, base - height, 1, height);
  });
  g.fillStyle = colours.hit;
  const stride = Math.max(Math.floor(view.hits.length / 2000), 1);
  for (let k = 0; k < view.hits.length; k += stride) g.fillRect(map_pixel(view, view.x(view.hits[k])), base + 1, 1.5, 4);
  g.fillStyle = colours.bad;
  for (const e of view.model.broken) g.fillRect(map_pixel(view, view.x(e)) - 1, top + 1, 2, MAP - 1);
  const a = map_pixel(view, view.from), b = map_pixel(view, view.to);
  g.fillStyle = colours.hover;
  g.fillRect(a, top + 1, Math.max(b - a, 3), MAP - 1);
  g.strokeStyle = colours.peer;
  g.lineWidth = 1.5;
  g.strokeRect(a + .5, top + 2, Math.max(b - a, 3) - 1, MAP - 4);
}
