/** Lines over a logarithmic x axis, as SVG. */

export interface Panel {
  title: string;
  series: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[];
}

const width = 420;
const height = 260;
const margin = { left: 64, right: 28, top: 28, bottom: 44 };
const colors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"];

/** Draws panels side by side, with one y axis from 0 for all of them. */
export function drawPlot({ yTitle, panels }: { yTitle: string; panels: readonly Panel[] }): string {
  const highest = Math.max(...panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([, y]) => y))));
  const step = niceStep(highest / 4);
  const top = Math.ceil(highest / step) * step;
  const drawn = panels.map((panel, index) => drawPanel(panel, { offset: index * width, step, top }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width * panels.length} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="8" y="16" font-weight="bold">${yTitle}</text>`,
    ...drawn,
    `</svg>\n`,
  ].join("\n");
}

function drawPanel(
  { title, series }: Panel,
  { offset, step, top }: { offset: number; step: number; top: number },
): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))];
  const [low, high] = [Math.log(Math.min(...xs)), Math.log(Math.max(...xs))];
  const left = offset + margin.left;
  const right = offset + width - margin.right;
  const bottom = height - margin.bottom;
  const placeX = (x: number) => left + ((Math.log(x) - low) / (high - low || 1)) * (right - left);
  const placeY = (y: number) => bottom - (y / top) * (bottom - margin.top);
  const yTicks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return [
    ...yTicks.map(
      (y) =>
        `<path d="M${left} ${placeY(y)}H${right}" stroke="#ddd"/><text x="${left - 6}" y="${placeY(y) + 4}" text-anchor="end">${y.toLocaleString("en")}</text>`,
    ),
    ...xs.map((x) => `<text x="${placeX(x)}" y="${bottom + 16}" text-anchor="middle">${x.toLocaleString("en")}</text>`),
    `<text x="${(left + right) / 2}" y="${height - 8}" text-anchor="middle">${title}</text>`,
    ...series.map(({ name, points }, index) => {
      const color = colors[index % colors.length] ?? "black";
      const path = points.map(
        ([x, y], point) => `${point === 0 ? "M" : "L"}${placeX(x).toFixed(1)} ${placeY(y).toFixed(1)}`,
      );
      const dots = points.map(
        ([x, y]) => `<circle cx="${placeX(x).toFixed(1)}" cy="${placeY(y).toFixed(1)}" r="2.5" fill="${color}"/>`,
      );
      const legend = `<text x="${left + 8 + 48 * index}" y="${margin.top - 8}" fill="${color}">${name}</text>`;
      return `<path d="${path.join("")}" fill="none" stroke="${color}" stroke-width="1.5"/>${dots.join("")}${legend}`;
    }),
  ].join("\n");
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= step) ?? step;
}
