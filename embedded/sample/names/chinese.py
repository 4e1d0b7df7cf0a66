"""Names common among Chinese-speaking families, in characters and in pinyin."""

from embedded.sample.names.culture import Culture, read

CHINESE = Culture(
    language="zh",
    keeps_name=0.93,
    women=read("""
        秀英=Xiuying, 丽华=Lihua, 雪梅=Xuemei, 静怡=Jingyi, 雨桐=Yutong, 欣怡=Xinyi, 美玲=Meiling,
        晓红=Xiaohong, 婷婷=Tingting, 佳慧=Jiahui, 子涵=Zihan, 诗雅=Shiya, 慧敏=Huimin,
        春燕=Chunyan, 玉兰=Yulan, 海燕=Haiyan, 思琪=Siqi, 梦瑶=Mengyao, 若曦=Ruoxi, 艳=Yan, 芳=Fang,
        娜=Na, 敏=Min, 洁=Jie, 月娥=Yue'e, 淑珍=Shuzhen
    """),
    men=read("""
        伟=Wei, 建国=Jianguo, 志强=Zhiqiang, 浩然=Haoran, 宇轩=Yuxuan, 子轩=Zixuan, 俊杰=Junjie,
        明=Ming, 国强=Guoqiang, 文博=Wenbo, 天佑=Tianyou, 家豪=Jiahao, 晨=Chen, 磊=Lei, 军=Jun,
        勇=Yong, 海涛=Haitao, 建华=Jianhua, 一鸣=Yiming, 泽宇=Zeyu, 鹏=Peng, 超=Chao, 永福=Yongfu,
        德明=Deming, 嘉伟=Jiawei, 思远=Siyuan
    """),
    families=read("""
        王=Wang, 李=Li, 张=Zhang, 刘=Liu, 陈=Chen, 杨=Yang, 黄=Huang, 赵=Zhao, 吴=Wu, 周=Zhou,
        徐=Xu, 孙=Sun, 马=Ma, 朱=Zhu, 胡=Hu, 林=Lin, 郭=Guo, 何=He, 高=Gao, 罗=Luo, 郑=Zheng,
        梁=Liang, 谢=Xie, 宋=Song, 唐=Tang, 许=Xu, 邓=Deng, 冯=Feng, 曾=Zeng, 彭=Peng, 欧阳=Ouyang
    """),
)
