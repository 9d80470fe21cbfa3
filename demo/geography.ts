/** Where the demo's pharmacies are: real cities of real provinces, facts only. */
import type { Names } from "./network-file.ts";

/** A city with its province. */
export interface CityOfChina {
  readonly city: Names;
  readonly province: Names;
}

/** One province a line: its name, then its cities, each `zh en`. */
const provinces = [
  "浙江 Zhejiang: 杭州 Hangzhou, 宁波 Ningbo, 温州 Wenzhou, 嘉兴 Jiaxing",
  "江苏 Jiangsu: 南京 Nanjing, 苏州 Suzhou, 无锡 Wuxi, 南通 Nantong",
  "广东 Guangdong: 广州 Guangzhou, 深圳 Shenzhen, 佛山 Foshan, 东莞 Dongguan",
  "山东 Shandong: 济南 Jinan, 青岛 Qingdao, 烟台 Yantai",
  "四川 Sichuan: 成都 Chengdu, 绵阳 Mianyang, 宜宾 Yibin",
  "湖北 Hubei: 武汉 Wuhan, 宜昌 Yichang, 襄阳 Xiangyang",
  "湖南 Hunan: 长沙 Changsha, 株洲 Zhuzhou, 岳阳 Yueyang",
  "河南 Henan: 郑州 Zhengzhou, 洛阳 Luoyang, 开封 Kaifeng",
  "河北 Hebei: 石家庄 Shijiazhuang, 唐山 Tangshan, 保定 Baoding",
  "福建 Fujian: 福州 Fuzhou, 厦门 Xiamen, 泉州 Quanzhou",
  "安徽 Anhui: 合肥 Hefei, 芜湖 Wuhu, 安庆 Anqing",
  "江西 Jiangxi: 南昌 Nanchang, 九江 Jiujiang, 赣州 Ganzhou",
  "陕西 Shaanxi: 西安 Xi'an, 宝鸡 Baoji, 咸阳 Xianyang",
  "辽宁 Liaoning: 沈阳 Shenyang, 大连 Dalian, 鞍山 Anshan",
  "吉林 Jilin: 长春 Changchun, 吉林 Jilin City, 四平 Siping",
  "黑龙江 Heilongjiang: 哈尔滨 Harbin, 齐齐哈尔 Qiqihar, 大庆 Daqing",
  "山西 Shanxi: 太原 Taiyuan, 大同 Datong, 临汾 Linfen",
  "云南 Yunnan: 昆明 Kunming, 曲靖 Qujing, 玉溪 Yuxi",
  "贵州 Guizhou: 贵阳 Guiyang, 遵义 Zunyi, 安顺 Anshun",
  "甘肃 Gansu: 兰州 Lanzhou, 天水 Tianshui, 酒泉 Jiuquan",
];

/** All cities, the provinces in turn, so that a small network spreads over the country too. */
export const CITIES: readonly CityOfChina[] = inTurn(provinces.map(readProvince));

function readProvince(line: string): CityOfChina[] {
  const [head = "", cities = ""] = line.split(": ");
  const province = readNames(head);
  return cities.split(", ").map((text) => ({ city: readNames(text), province }));
}

function readNames(text: string): Names {
  const at = text.indexOf(" ");
  return { zh: text.slice(0, at), en: text.slice(at + 1) };
}

function inTurn<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
