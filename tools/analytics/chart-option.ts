import type { EChartsOption } from "echarts";
import type { Chart } from "./read-chart.ts";

/** The face that pictures are drawn with; in an SVG others stand in for it. */
export const fontFamily = "DejaVu Sans Condensed";

// Told apart by people who see few colours (Okabe and Ito), the strongest first.
const colors = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#f0e442"];

/** How the library is to draw it. */
export function toChartOption(chart: Chart): EChartsOption {
  return {
    animation: false,
    backgroundColor: "#ffffff",
    color: colors,
    textStyle: { fontFamily: `${fontFamily}, Arial, sans-serif` },
    title: {
      text: chart.title,
      left: "center",
      top: 14,
      textStyle: { fontSize: 20, fontWeight: "normal", width: 820, overflow: "truncate" },
    },
    ...(chart.kind === "pie" ? toPie(chart) : toAxes(chart)),
  };
}

function toPie({ labels, series }: Chart): EChartsOption {
  const values = series[0]?.values ?? [];
  const data = labels.map((name, index) => ({ name, value: values[index] ?? 0 }));
  return {
    series: [
      {
        type: "pie",
        radius: "62%",
        center: ["50%", "55%"],
        data,
        label: { fontSize: 14, formatter: "{b}: {c} ({d}%)" },
      },
    ],
  };
}

function toAxes({ kind, labels, series }: Chart): EChartsOption {
  const type = kind === "line" ? "line" : "bar";
  const few = series.length * labels.length <= 24;
  return {
    legend: series.length > 1 ? { bottom: 8, textStyle: { fontSize: 14 } } : { show: false },
    grid: { left: 24, right: 32, top: 64, bottom: series.length > 1 ? 48 : 24 },
    xAxis: {
      type: "category",
      data: [...labels],
      axisLabel: {
        fontSize: 13,
        rotate: labels.join("").length > 90 ? 40 : 0,
        width: 150,
        overflow: "truncate",
      },
    },
    yAxis: { type: "value", axisLabel: { fontSize: 13 } },
    series: series.map(({ name, values }) => ({
      name,
      type,
      data: [...values],
      label: { show: few, position: "top" as const, fontSize: 12 },
      symbolSize: labels.length > 60 ? 0 : 6,
    })),
  };
}
